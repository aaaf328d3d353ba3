package org.betavae.export.toonnx;

import java.util.Set;
import org.betavae.export.onnx.OnnxValue;
import org.betavae.export.tf.TfNode;

/** TF {@code BiasAdd(x, b [c])} to ONNX {@code Add(x, b)}, with b on the channels' axis. */
final class BiasAddConverter implements OpConverter {
  @Override
  public Set<String> tfOps() {
    return Set.of("BiasAdd", "BiasAddV1");
  }

  @Override
  public void convert(TfNode n, Emitter out) {
    OnnxValue x = out.in(0);
    OnnxValue b = out.in(1);
    if (n.text("data_format", "NHWC").startsWith("NC")) {
      b = out.unsqueeze(b, Emitter.numbers(out.rank(x) - 2, i -> i + 1));
    }
    out.out(out.emit("Add", x, b));
  }
}
