package org.betavae.export.totf;

import java.util.Map;
import java.util.Set;

/** ONNX operators on each element that TensorFlow has under a name of its own. */
final class UnaryImporter implements OpImporter {
  private static final Map<String, String> TF =
      Map.of(
          "Abs", "Abs",
          "Neg", "Neg",
          "Exp", "Exp",
          "Log", "Log",
          "Sqrt", "Sqrt",
          "Erf", "Erf",
          "Reciprocal", "Reciprocal",
          "Floor", "Floor",
          "Ceil", "Ceil");

  @Override
  public Set<String> onnxOps() {
    return TF.keySet();
  }

  @Override
  public void convert(OnnxOp n, TfEmitter out) {
    out.out(out.unary(TF.get(n.op()), out.in(0)));
  }
}
