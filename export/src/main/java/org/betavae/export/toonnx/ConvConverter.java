package org.betavae.export.toonnx;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.onnx.Dim;
import org.betavae.export.onnx.OnnxValue;
import org.betavae.export.tf.TfNode;

/**
 * TF {@code Conv2D(x [n,h,w,c], filter [kh,kw,c/g,m])}, {@code Conv3D} and {@code
 * DepthwiseConv2dNative(x, filter [kh,kw,c,k])} to ONNX {@code Conv(X [n,c,h,w], W [m,c/g,kh,kw])}
 * with explicit pads.
 */
final class ConvConverter implements OpConverter {
  @Override
  public Set<String> tfOps() {
    return Set.of("Conv2D", "Conv3D", "DepthwiseConv2dNative");
  }

  @Override
  public String notCovered(String tfOp) {
    return "a filter of unknown sizes";
  }

  @Override
  public void convert(TfNode n, Emitter out) {
    Layout layout = Layout.of(n, n.op().equals("Conv3D") ? 3 : 2, out);
    OnnxValue filter = out.in(1);
    if (filter.shape() == null || !filter.shape().stream().allMatch(Dim::isKnown)) {
      throw out.fail("the shape of its filter is " + filter.shape(), "expected known sizes");
    }
    OnnxValue x = layout.toOnnx(out.in(0), out);
    int s = layout.spatial();
    long[] kernel = Emitter.numbers(s, i -> filter.shape().get(i).value());
    long[] strides = layout.spatialOf(n.integers("strides"), 1);
    long[] dilations = layout.spatialOf(n.integers("dilations"), 1);
    long channels = filter.shape().get(s).value();
    OnnxValue w;
    long group;
    if (n.op().equals("DepthwiseConv2dNative")) {
      group = channels;
      w = depthwise(filter, out);
    } else {
      group = out.dim(x, 1).isKnown() ? out.dim(x, 1).value() / Math.max(1, channels) : 1;
      w = out.transpose(filter, weightOrder(s));
    }
    Map<String, Object> attributes = new LinkedHashMap<>();
    attributes.put("kernel_shape", kernel);
    attributes.put("strides", strides);
    attributes.put("dilations", dilations);
    attributes.put("group", group);
    Windows.addPads(attributes, n, out, layout, x, kernel, strides, dilations);
    out.out(layout.toTf(out.emit("Conv", attributes, x, w), out));
  }

  /** TF's [kh, kw, channels, multiplier] to ONNX's [channels multiplier, 1, kh, kw]. */
  static OnnxValue depthwise(OnnxValue filter, Emitter out) {
    List<Dim> shape = filter.shape();
    long outputs = shape.get(2).value() * shape.get(3).value();
    return out.reshape(
        out.transpose(filter, 2, 3, 0, 1), outputs, 1, shape.get(0).value(), shape.get(1).value());
  }

  /**
   * TF's [spatial..., in, out] to ONNX's [out, in, spatial...]; its own ordering serves transposed
   * convolutions too.
   */
  static int[] weightOrder(int spatial) {
    int[] perm = new int[spatial + 2];
    perm[0] = spatial + 1;
    perm[1] = spatial;
    for (int i = 0; i < spatial; i++) {
      perm[i + 2] = i;
    }
    return perm;
  }
}
