package org.betavae.export.toonnx;

import java.util.Map;
import java.util.Set;
import org.betavae.export.tf.TfNode;

/** TF {@code Cumsum(x, axis)} to ONNX {@code CumSum(x, axis)}. */
final class CumsumConverter implements OpConverter {
  @Override
  public Set<String> tfOps() {
    return Set.of("Cumsum");
  }

  @Override
  public void convert(TfNode n, Emitter out) {
    out.out(
        out.emit(
            "CumSum",
            Map.of(
                "exclusive", n.flag("exclusive") ? 1L : 0L, "reverse", n.flag("reverse") ? 1L : 0L),
            out.in(0),
            out.in(1)));
  }
}
