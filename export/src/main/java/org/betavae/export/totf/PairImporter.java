package org.betavae.export.totf;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.betavae.export.ElementType;

/**
 * ONNX's logic, comparisons, bit operations, remainders and powers, with numpy's broadcasting.
 * {@code Mod} has the divisor's sign unless {@code fmod} is set.
 */
final class PairImporter implements OpImporter {
  private static final Map<String, String> TF =
      Map.ofEntries(
          Map.entry("And", "LogicalAnd"),
          Map.entry("Or", "LogicalOr"),
          Map.entry("Xor", "NotEqual"),
          Map.entry("Equal", "Equal"),
          Map.entry("Greater", "Greater"),
          Map.entry("GreaterOrEqual", "GreaterEqual"),
          Map.entry("Less", "Less"),
          Map.entry("LessOrEqual", "LessEqual"),
          Map.entry("BitwiseAnd", "BitwiseAnd"),
          Map.entry("BitwiseOr", "BitwiseOr"),
          Map.entry("BitwiseXor", "BitwiseXor"));

  @Override
  public Set<String> onnxOps() {
    Set<String> all = new HashSet<>(TF.keySet());
    all.addAll(Set.of("Mod", "Pow", "BitShift", "Div"));
    return all;
  }

  @Override
  public void convert(OnnxOp n, TfEmitter out) {
    TfValue a = out.in(0);
    TfValue b = out.in(1);
    out.out(
        switch (n.op()) {
          case "Mod" -> mod(n, out, a, b);
          case "Pow" -> pow(out, a, b);
          case "Div" -> out.binary(a.type().isInteger() ? "TruncateDiv" : "RealDiv", a, b);
          case "BitShift" ->
              out.binary(
                  n.text("direction", "LEFT").equals("LEFT") ? "LeftShift" : "RightShift", a, b);
          default -> out.binary(TF.get(n.op()), a, b);
        });
  }

  private static TfValue mod(OnnxOp n, TfEmitter out, TfValue a, TfValue b) {
    boolean signOfFirst = n.flag("fmod", false) && !a.type().isUnsigned();
    return out.binary(signOfFirst ? "TruncateMod" : "FloorMod", a, b);
  }

  /** The result has the type of the base; whole bases with other exponents go by way of float64. */
  private static TfValue pow(TfEmitter out, TfValue base, TfValue exponent) {
    if (exponent.isSingle()
        && exponent.isConstant()
        && exponent.rank() <= Math.max(0, base.rank())) {
      double e = exponent.constant().doubleAt(0);
      if (e == 2) {
        return out.unary("Square", base);
      }
      if (e == 0.5 && base.type().isFloat()) {
        return out.unary("Sqrt", base);
      }
    }
    if (base.type().isInteger() && exponent.type().isFloat()) {
      TfValue wide = out.cast(base, ElementType.FLOAT64);
      TfValue power = out.binary("Pow", wide, out.cast(exponent, ElementType.FLOAT64));
      return out.cast(power, base.type());
    }
    return out.binary("Pow", base, out.cast(exponent, base.type()));
  }
}
