package org.betavae.export.totf;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** ONNX operators on each element that TensorFlow has under a name of its own, seldom ones. */
final class MathImporter implements OpImporter {
  private static final Map<String, String> TF = new HashMap<>();

  static {
    for (String same :
        new String[] {
          "Acos", "Acosh", "Asin", "Asinh", "Atan", "Atanh", "Cos", "Cosh", "Sin", "Sinh", "Tan",
          "Sign"
        }) {
      TF.put(same, same);
    }
    TF.put("Round", "Round"); // both round halves to the even neighbour
    TF.put("Not", "LogicalNot");
    TF.put("BitwiseNot", "Invert");
    TF.put("IsNaN", "IsNan");
  }

  @Override
  public Set<String> onnxOps() {
    Set<String> all = new HashSet<>(TF.keySet());
    all.addAll(Set.of("IsInf", "Det"));
    return all;
  }

  @Override
  public void convert(OnnxOp n, TfEmitter out) {
    TfValue x = out.in(0);
    switch (n.op()) {
      case "IsInf" -> out.out(isInf(n, out, x));
      case "Det" ->
          out.out(
              out.node(
                  "MatrixDeterminant",
                  Map.of(),
                  x.shape() == null ? null : x.shape().subList(0, Math.max(0, x.rank() - 2)),
                  x));
      case "Sign" -> out.out(sign(out, x));
      default -> out.out(out.unary(TF.get(n.op()), x));
    }
  }

  private static TfValue isInf(OnnxOp n, TfEmitter out, TfValue x) {
    boolean negative = n.flag("detect_negative", true);
    boolean positive = n.flag("detect_positive", true);
    TfValue infinite = out.unary("IsInf", x);
    if (negative && positive) {
      return infinite;
    }
    if (!negative && !positive) {
      return out.binary("NotEqual", infinite, infinite);
    }
    return out.binary(
        "LogicalAnd", infinite, out.binary(positive ? "Greater" : "Less", x, out.scalarLike(x, 0)));
  }

  /** TensorFlow's has no kernel for numbers without a sign: they are 0 or 1. */
  private static TfValue sign(TfEmitter out, TfValue x) {
    return x.type().isUnsigned()
        ? out.binary("Minimum", x, out.scalarLike(x, 1))
        : out.unary("Sign", x);
  }
}
