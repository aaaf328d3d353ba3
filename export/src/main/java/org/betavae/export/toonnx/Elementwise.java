package org.betavae.export.toonnx;

import java.util.Set;
import org.betavae.export.onnx.Dim;
import org.betavae.export.onnx.OnnxNode;
import org.betavae.export.onnx.OnnxValue;

/**
 * Which ONNX operators work on each element by itself, so that the order of elements does not
 * matter to them.
 */
final class Elementwise {
  private static final Set<String> UNARY =
      Set.of(
          "Abs",
          "Neg",
          "Sign",
          "Sqrt",
          "Exp",
          "Log",
          "Erf",
          "Floor",
          "Ceil",
          "Round",
          "Sin",
          "Cos",
          "Tan",
          "Asin",
          "Acos",
          "Atan",
          "Sinh",
          "Cosh",
          "Tanh",
          "Asinh",
          "Acosh",
          "Atanh",
          "Reciprocal",
          "Relu",
          "LeakyRelu",
          "Elu",
          "Selu",
          "Sigmoid",
          "Softplus",
          "Softsign",
          "HardSigmoid",
          "HardSwish",
          "Mish",
          "Gelu",
          "Clip",
          "Identity",
          "Not",
          "IsNaN",
          "IsInf",
          "Cast",
          "RandomNormalLike",
          "RandomUniformLike");

  private static final Set<String> BROADCAST =
      Set.of(
          "Add",
          "Sub",
          "Mul",
          "Div",
          "Pow",
          "Mod",
          "Max",
          "Min",
          "Sum",
          "Equal",
          "Less",
          "LessOrEqual",
          "Greater",
          "GreaterOrEqual",
          "And",
          "Or",
          "Xor",
          "Where");

  private Elementwise() {}

  /** True for f(x), perhaps with further inputs that are single numbers. */
  static boolean isUnary(OnnxNode n) {
    return UNARY.contains(n.op());
  }

  /** True for f(x, y, ...) with broadcasting. */
  static boolean isBroadcast(OnnxNode n) {
    return BROADCAST.contains(n.op());
  }

  /** True if a value is a single number, whatever its rank. */
  static boolean isSingle(OnnxValue v) {
    return v.shape() != null && v.shape().stream().allMatch(d -> d.equals(Dim.ONE));
  }
}
