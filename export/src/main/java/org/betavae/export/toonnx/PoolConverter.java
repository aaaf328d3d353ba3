package org.betavae.export.toonnx;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
    String plain = "windows over batch or channels";
    return tfOp.equals("MaxPoolWithArgmax") ? plain + ", the indices" : plain;
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
  }

  private static List<Long> listOr(TfNode n, String attribute, int input, Emitter out) {
    if (n.has(attribute)) {
      return n.integers(attribute);
    }
    return java.util.Arrays.stream(out.known(input, attribute)).boxed().toList();
  }
}
