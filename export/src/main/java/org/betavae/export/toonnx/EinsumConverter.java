package org.betavae.export.toonnx;

import java.util.Map;
import java.util.Set;
import org.betavae.export.onnx.OnnxValue;
import org.betavae.export.tf.TfNode;

/** TF {@code Einsum(equation, x...)} to ONNX {@code Einsum} with the same equation. */
final class EinsumConverter implements OpConverter {
  @Override
  public Set<String> tfOps() {
    return Set.of("Einsum");
  }

  @Override
  public void convert(TfNode n, Emitter out) {
    out.out(
        out.emit(
            "Einsum",
            Map.of("equation", n.text("equation", "")),
            out.ins().toArray(OnnxValue[]::new)));
  }
}
