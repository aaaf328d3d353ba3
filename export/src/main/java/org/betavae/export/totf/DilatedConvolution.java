package org.betavae.export.totf;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.Dim;

/**
 * A convolution whose kernel has gaps, on {@code [N,H,W,C]}: the image is taken apart into one of
 * every n-th pixel, as TensorFlow's own layers do it. Conv2D's attribute dilations would say the
 * same, but TensorFlow's native library leaves it out of the gradient.
 */
final class DilatedConvolution {
  private DilatedConvolution() {}

  /** Convolves with steps of 1. */
  static TfValue convolve(TfValue x, TfValue w, Window window, TfEmitter out) {
    List<TfValue> pads = new ArrayList<>();
    List<TfValue> crops = new ArrayList<>();
    List<Dim> apart = new ArrayList<>();
    int[] block = window.dilations();
    apart.add(x.shape().get(0).times((long) block[0] * block[1]));
    for (int i = 0; i < 2; i++) {
      Dim size = x.shape().get(i + 1).plus(window.before()[i] + window.after()[i]);
      TfValue more = upToMultiple(size, block[i], out);
      pads.add(out.constantInts(window.before()[i]));
      pads.add(plus(more, window.after()[i], out));
      crops.add(out.constantInts(0));
      crops.add(more);
      apart.add(size.isKnown() ? size.ceilOver(block[i]) : out.freshDim());
    }
    apart.add(x.shape().get(3));
    TfValue phases =
        out.node(
            "SpaceToBatchND", Map.of(), apart, out.plain(x), out.ints(block), pairs(pads, out));
    Window dense =
        new Window(
            window.kernel(), window.strides(), new int[] {1, 1}, new long[2], new long[2], false);
    Map<String, Object> attributes =
        Map.of("strides", Window.attribute(dense.strides()), "padding", "VALID");
    TfValue y =
        out.node(
            "Conv2D", attributes, ConvImporter.shape(phases, dense, w.shape().get(3)), phases, w);
    return out.node(
        "BatchToSpaceND",
        Map.of(),
        ConvImporter.shape(x, window, w.shape().get(3)),
        y,
        out.ints(block),
        pairs(crops, out));
  }

  /** How much is missing up to a multiple of a number, a vector of one int32. */
  private static TfValue upToMultiple(Dim size, int of, TfEmitter out) {
    return size.isKnown()
        ? out.constantInts(Math.floorMod(-size.value(), of))
        : out.binary("FloorMod", out.unary("Neg", out.dimension(size)), out.constantInts(of));
  }

  private static TfValue plus(TfValue v, long number, TfEmitter out) {
    return v.isConstant()
        ? out.constantInts(v.constant().longAt(0) + number)
        : out.binary("AddV2", v, out.constantInts(number));
  }

  /** Numbers before and after both dimensions, {@code [2,2]}. */
  private static TfValue pairs(List<TfValue> four, TfEmitter out) {
    if (four.stream().allMatch(TfValue::isConstant)) {
      return out.constant(
          Tensor.ofLongs(
              ElementType.INT32, new long[] {2, 2}, i -> four.get(i).constant().longAt(0)));
    }
    return out.plain(out.reshape(out.plain(out.concat(0, four)), 2, 2));
  }
}
