package org.betavae.export.toonnx;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.Dim;
import org.betavae.export.onnx.OnnxValue;
import org.betavae.export.tf.TfNode;

/**
 * TF {@code ExtractImagePatches(x [n,h,w,c])}, the windows of an image laid out along the channels
 * as {@code [kh,kw,c]}, to ONNX {@code Conv} with a filter that picks one pixel for each result.
 */
final class PatchesConverter implements OpConverter {
  @Override
  public Set<String> tfOps() {
    return Set.of("ExtractImagePatches");
  }

  @Override
  public String notCovered(String tfOp) {
    return "an unknown number of channels";
  }

  @Override
  public void convert(TfNode n, Emitter out) {
    Layout layout = new Layout(true, 2);
    OnnxValue x = layout.toOnnx(out.in(0), out);
    Dim channels = out.dim(x, 1);
    if (!channels.isKnown()) {
      throw out.fail("its image has " + channels + " channels", "expected a known number");
    }
    int c = (int) channels.value();
    long[] kernel = layout.spatialOf(n.integers("ksizes"), 1);
    long[] strides = layout.spatialOf(n.integers("strides"), 1);
    long[] rates = layout.spatialOf(n.integers("rates"), 1);
    int window = (int) (kernel[0] * kernel[1]);
    // Result (k, channel) reads pixel k of that channel: [window c, c, kh, kw].
    Tensor pick =
        Tensor.ofDoubles(
            x.type(),
            new long[] {(long) window * c, c, kernel[0], kernel[1]},
            i -> {
              int pixel = i % window;
              int in = i / window % c;
              int result = i / window / c;
              return result == pixel * c + in ? 1 : 0;
            });
    Map<String, Object> attributes = new LinkedHashMap<>();
    attributes.put("kernel_shape", kernel);
    attributes.put("strides", strides);
    attributes.put("dilations", rates);
    Windows.addPads(attributes, n, out, layout, x, kernel, strides, rates);
    out.out(layout.toTf(out.emit("Conv", attributes, x, out.constant(pick)), out));
  }
}
