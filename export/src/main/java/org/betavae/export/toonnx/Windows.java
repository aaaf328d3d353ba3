package org.betavae.export.toonnx;

import java.util.List;
import java.util.Map;
import org.betavae.export.onnx.Dim;
import org.betavae.export.onnx.OnnxValue;
import org.betavae.export.tf.TfNode;

/** Padding of convolutions and pooling. */
final class Windows {
  private Windows() {}

  /**
   * Adds {@code pads} to the attributes of a node, or {@code auto_pad} where they depend on sizes
   * that are not known.
   *
   * @param x the input, channels second
   * @param kernel sizes of the window
   */
  static void addPads(
      Map<String, Object> attributes,
      TfNode n,
      Emitter out,
      Layout layout,
      OnnxValue x,
      long[] kernel,
      long[] strides,
      long[] dilations) {
    String padding = n.text("padding", "VALID");
    int s = layout.spatial();
    long[] pads = new long[2 * s];
    switch (padding) {
      case "VALID" -> {}
      case "SAME" -> {
        if (!same(pads, x, out, kernel, strides, dilations)) {
          attributes.put("auto_pad", "SAME_UPPER");
          return;
        }
      }
      case "EXPLICIT" -> {
        List<Long> all = n.integers("explicit_paddings");
        for (int i = 0; i < s; i++) {
          pads[i] = all.get(2 * layout.axis(i));
          pads[i + s] = all.get(2 * layout.axis(i) + 1);
        }
      }
      default -> throw out.fail("padding is " + padding, "expected SAME, VALID or EXPLICIT");
    }
    attributes.put("pads", pads);
  }

  /** Fills in the pads of SAME; false if they depend on an unknown size. */
  private static boolean same(
      long[] pads, OnnxValue x, Emitter out, long[] kernel, long[] strides, long[] dilations) {
    int s = kernel.length;
    for (int i = 0; i < s; i++) {
      Dim total = total(out.dim(x, i + 2), (kernel[i] - 1) * dilations[i] + 1, strides[i]);
      if (total == null) {
        return false;
      }
      pads[i] = total.value() / 2;
      pads[i + s] = total.value() - pads[i];
    }
    return true;
  }

  /**
   * All padding that SAME adds along one dimension: max((ceil(size/stride) - 1) stride + reach -
   * size, 0).
   *
   * @return null if it depends on an unknown size
   */
  static Dim total(Dim size, long reach, long stride) {
    Dim total = size.ceilOver(stride).plus(-1).times(stride).plus(reach).minus(size);
    return total.isKnown() ? Dim.of(Math.max(0, total.value())) : null;
  }
}
