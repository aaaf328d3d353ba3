package org.betavae.export.toonnx;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.OnnxValue;
import org.betavae.export.tf.TfNode;

/**
 * TF {@code MaxPool(x [n,h,w,c])}, {@code AvgPool} and their 3-D forms to ONNX {@code MaxPool} and
 * {@code AveragePool}, padding left out of averages.
 */
final class PoolConverter implements OpConverter {
  @Override
  public Set<String> tfOps() {
    return Set.of("MaxPool", "MaxPoolV2", "MaxPoolWithArgmax", "AvgPool", "MaxPool3D", "AvgPool3D");
  }

  @Override
  public String notCovered(String tfOp) {
    return "windows over batch or channels";
  }

  @Override
  public void convert(TfNode n, Emitter out) {
    Layout layout = Layout.of(n, n.op().endsWith("3D") ? 3 : 2, out);
    OnnxValue x = layout.toOnnx(out.in(0), out);
    List<Long> sizes = listOr(n, "ksize", 1, out);
    List<Long> steps = listOr(n, "strides", 2, out);
    if (sizes.get(0) != 1 || sizes.get(layout.channelAxis()) != 1) {
      throw out.fail("ksize is " + sizes, "expected 1 for batch and channels");
    }
    long[] kernel = layout.spatialOf(sizes, 1);
    long[] strides = layout.spatialOf(steps, 1);
    Map<String, Object> attributes = new LinkedHashMap<>();
    attributes.put("kernel_shape", kernel);
    attributes.put("strides", strides);
    Windows.addPads(
        attributes, n, out, layout, x, kernel, strides, Emitter.numbers(layout.spatial(), i -> 1));
    out.out(
        layout.toTf(
            out.emit(n.op().startsWith("Max") ? "MaxPool" : "AveragePool", attributes, x), out));
    if (n.op().equals("MaxPoolWithArgmax")) {
      OnnxValue places = out.emitAll("MaxPool", attributes, 2, x).get(1);
      OnnxValue plain = inTfOrder(n, layout.toTf(places, out), x, out);
      out.out(1, out.cast(plain, n.type("Targmax", ElementType.INT64)));
    }
  }

  /**
   * ONNX counts places through {@code [n,c,h,w]}, TensorFlow through {@code [h,w,c]}, or {@code
   * [n,h,w,c]} if it is told to.
   *
   * @param places {@code [n,h,w,c]} of the results
   * @param x {@code [n,c,h,w]}
   */
  private static OnnxValue inTfOrder(TfNode n, OnnxValue places, OnnxValue x, Emitter out) {
    OnnxValue shape = out.shapeOf(x);
    OnnxValue channels = out.slice(shape, 0, 1, 2);
    OnnxValue area = out.reduce("ReduceProd", out.slice(shape, 0, 2, 4), true, 0);
    OnnxValue pixel = out.emit("Mul", out.emit("Mod", places, area), channels);
    OnnxValue place = out.emit("Add", pixel, upTo(channels, out));
    if (!n.flag("include_batch_in_index")) {
      return place;
    }
    OnnxValue image = out.reshape(upTo(out.slice(shape, 0, 0, 1), out), -1, 1, 1, 1);
    OnnxValue size = out.emit("Mul", area, channels);
    return out.emit("Add", place, out.emit("Mul", image, size));
  }

  private static OnnxValue upTo(OnnxValue count, Emitter out) {
    OnnxValue zero = out.constant(Tensor.scalar(ElementType.INT64, 0));
    OnnxValue one = out.constant(Tensor.scalar(ElementType.INT64, 1));
    return out.emit("Range", zero, out.squeeze(count, 0), one);
  }

  private static List<Long> listOr(TfNode n, String attribute, int input, Emitter out) {
    if (n.has(attribute)) {
      return n.integers(attribute);
    }
    return java.util.Arrays.stream(out.known(input, attribute)).boxed().toList();
  }
}
