package org.betavae.export.totf;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.ElementType;

/** ONNX {@code CumSum}, {@code CumProd} and {@code ReverseSequence}. */
final class CumulateImporter implements OpImporter {
  @Override
  public Set<String> onnxOps() {
    return Set.of("CumSum", "CumProd", "ReverseSequence");
  }

  @Override
  public void convert(OnnxOp n, TfEmitter out) {
    TfValue x = out.in(0);
    if (n.is("ReverseSequence")) {
      Map<String, ?> axes =
          Map.of("seq_dim", n.integer("time_axis", 0), "batch_dim", n.integer("batch_axis", 1));
      out.out(out.node("ReverseSequence", axes, x.shape(), x, out.in(1)));
      return;
    }
    TfValue axis = out.cast(out.reshape(out.in(1), List.of()), ElementType.INT32);
    Map<String, ?> how =
        Map.of("exclusive", n.flag("exclusive", false), "reverse", n.flag("reverse", false));
    String op = n.is("CumSum") ? "Cumsum" : "Cumprod";
    out.out(out.node(op, how, x.shape(), x, axis));
  }
}
