package org.betavae.export.toonnx;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.onnx.Dim;
import org.betavae.export.onnx.OnnxValue;
import org.betavae.export.tf.TfNode;

/**
 * TF {@code Conv2DBackpropInput(sizes, filter [kh,kw,m,c], x [n,h,w,c])} and {@code
 * Conv3DBackpropInputV2} to ONNX {@code ConvTranspose(X [n,c,h,w], W [c,m,kh,kw])} with explicit
 * pads and output padding, since runtimes read {@code auto_pad} differently.
 *
 * <p>TensorFlow pads the convolution whose gradient this is, so the padding follows from the size
 * of the output.
 */
final class ConvTransposeConverter implements OpConverter {
  @Override
  public Set<String> tfOps() {
    return Set.of("Conv2DBackpropInput", "Conv3DBackpropInputV2");
  }

  @Override
  public String notCovered(String tfOp) {
    return "sizes of the output that do not follow from the inputs";
  }

  @Override
  public void convert(TfNode n, Emitter out) {
    Layout layout = Layout.of(n, n.op().equals("Conv2DBackpropInput") ? 2 : 3, out);
    OnnxValue filter = out.in(1);
    OnnxValue x = layout.toOnnx(out.in(2), out);
    int s = layout.spatial();
    if (filter.shape() == null || !filter.shape().stream().allMatch(Dim::isKnown)) {
      throw out.fail("the shape of its filter is " + filter.shape(), "expected known sizes");
    }
    long[] kernel = Emitter.numbers(s, i -> filter.shape().get(i).value());
    long[] strides = layout.spatialOf(n.integers("strides"), 1);
    long[] dilations = layout.spatialOf(n.integers("dilations"), 1);
    long[] pads = new long[2 * s];
    long[] more = new long[s];
    List<Dim> sizes = out.in(0).elements();
    for (int i = 0; i < s; i++) {
      long reach = (kernel[i] - 1) * dilations[i] + 1;
      Dim to = sizes == null ? null : sizes.size() == s ? sizes.get(i) : sizes.get(layout.axis(i));
      if (to == null) {
        throw out.fail(
            "the size of its output is computed at run time",
            "expected one that follows from the shapes of the inputs");
      }
      setPads(n, out, layout, i, out.dim(x, i + 2), to, reach, strides[i], pads, more);
    }
    Map<String, Object> attributes = new LinkedHashMap<>();
    attributes.put("kernel_shape", kernel);
    attributes.put("strides", strides);
    attributes.put("dilations", dilations);
    attributes.put("pads", pads);
    attributes.put("output_padding", more);
    OnnxValue w = out.transpose(filter, ConvConverter.weightOrder(s));
    out.out(layout.toTf(out.emit("ConvTranspose", attributes, x, w), out));
  }

  /** Fills in the pads of one dimension and what the output is longer than the windows reach. */
  private static void setPads(
      TfNode n,
      Emitter out,
      Layout layout,
      int i,
      Dim from,
      Dim to,
      long reach,
      long stride,
      long[] pads,
      long[] more) {
    int s = layout.spatial();
    switch (n.text("padding", "VALID")) {
      case "SAME" -> {
        Dim total = Windows.total(to, reach, stride);
        if (total == null) {
          throw out.fail(
              "its output has the size " + to + " for an input of " + from,
              "expected sizes of which the padding can be told");
        }
        pads[i] = total.value() / 2;
        pads[i + s] = total.value() - pads[i];
      }
      case "EXPLICIT" -> {
        pads[i] = n.integers("explicit_paddings").get(2 * layout.axis(i));
        pads[i + s] = n.integers("explicit_paddings").get(2 * layout.axis(i) + 1);
      }
      default -> {}
    }
    Dim rest = to.minus(from.plus(-1).times(stride).plus(reach - pads[i] - pads[i + s]));
    if (!rest.isKnown() || rest.value() < 0 || rest.value() >= stride) {
      throw out.fail(
          "its output has the size " + to + " for an input of " + from + " and stride " + stride,
          "expected a size that the stride gives");
    }
    more[i] = rest.value();
  }
}
