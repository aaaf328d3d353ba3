package org.betavae.export.toonnx;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.betavae.export.onnx.Dim;
import org.betavae.export.onnx.OnnxValue;
import org.betavae.export.tf.TfNode;
import org.betavae.export.tf.TfOutput;

/**
 * TensorFlow's way of writing a dilated convolution: {@code BatchToSpaceND(conv(SpaceToBatchND(x,
 * block, pads)), block, crops)}, with {@code ExpandDims} and {@code Squeeze} around a Conv2D in one
 * dimension. It is one ONNX {@code Conv} with dilations = block and pads - crops.
 */
final class DilatedConv {
  private static final Set<String> CONVOLUTIONS =
      Set.of("Conv2D", "DepthwiseConv2dNative", "Conv3D");

  private DilatedConv() {}

  /**
   * The convolution that a BatchToSpaceND ends.
   *
   * @return null if it ends none
   */
  static OnnxValue of(TfNode toSpace, Emitter out) {
    TfNode conv = behind(toSpace, "Squeeze");
    TfNode toBatch = CONVOLUTIONS.contains(conv.op()) ? behind(conv, "ExpandDims") : null;
    if (toBatch == null || !toBatch.op().equals("SpaceToBatchND") || !isPlain(conv)) {
      return null;
    }
    OnnxValue block = constant(toSpace, 1, out);
    OnnxValue crops = constant(toSpace, 2, out);
    OnnxValue same = constant(toBatch, 1, out);
    OnnxValue pads = constant(toBatch, 2, out);
    OnnxValue x = out.value(toBatch.inputs().get(0));
    OnnxValue filter = constant(conv, 1, out);
    if (block == null
        || crops == null
        || same == null
        || pads == null
        || filter == null
        || !block.constant().equals(same.constant())) {
      return null;
    }
    int spatial = block.constant().size();
    boolean line = spatial == 1 && filter.rank() == 4 && filter.shape().get(0).is(1);
    if (x.rank() != spatial + 2 || (filter.rank() != spatial + 2 && !line)) {
      return null;
    }
    OnnxValue kernel = line ? out.squeeze(filter, 0) : filter;
    long[] onnxPads =
        Emitter.numbers(
            2 * spatial,
            i -> {
              int at = i < spatial ? 2 * i : 2 * (i - spatial) + 1;
              return pads.constant().longAt(at) - crops.constant().longAt(at);
            });
    for (long p : onnxPads) {
      if (p < 0) {
        return null;
      }
    }
    return emit(conv, x, kernel, block.constant().toLongs(), onnxPads, out);
  }

  private static OnnxValue emit(
      TfNode conv, OnnxValue x, OnnxValue kernel, long[] dilations, long[] pads, Emitter out) {
    int spatial = dilations.length;
    boolean depthwise = conv.op().equals("DepthwiseConv2dNative");
    long channels = kernel.shape().get(spatial).value();
    Dim in = out.dim(x, spatial + 1);
    Map<String, Object> attributes = new LinkedHashMap<>();
    attributes.put("kernel_shape", Emitter.numbers(spatial, i -> kernel.shape().get(i).value()));
    attributes.put("strides", Emitter.numbers(spatial, i -> 1));
    attributes.put("dilations", dilations);
    attributes.put(
        "group", depthwise ? channels : in.isKnown() ? in.value() / Math.max(1, channels) : 1L);
    attributes.put("pads", pads);
    Layout layout = new Layout(true, spatial);
    OnnxValue w =
        depthwise
            ? ConvConverter.depthwise(kernel, out)
            : out.transpose(kernel, ConvConverter.weightOrder(spatial));
    return layout.toTf(out.emit("Conv", attributes, layout.toOnnx(x, out), w), out);
  }

  /**
   * The node that makes the first input, or the one before it if that is a step of the given
   * operator.
   */
  private static TfNode behind(TfNode n, String step) {
    TfNode before = n.inputs().get(0).node();
    return before.op().equals(step) ? before.inputs().get(0).node() : before;
  }

  private static boolean isPlain(TfNode conv) {
    return conv.text("padding", "").equals("VALID")
        && conv.text("data_format", "NHWC").endsWith("C")
        && conv.integers("strides").stream().allMatch(s -> s == 1)
        && conv.integers("dilations").stream().allMatch(d -> d == 1);
  }

  private static OnnxValue constant(TfNode n, int input, Emitter out) {
    TfOutput from = n.inputs().get(input);
    OnnxValue v = out.value(from);
    return v.isConstant() ? v : null;
  }
}
