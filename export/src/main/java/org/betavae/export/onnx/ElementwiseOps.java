package org.betavae.export.onnx;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The ONNX operators that work on each element by itself: the one list from which the rules of
 * types and shapes and the rewrites that move such operators are both made.
 */
public final class ElementwiseOps {
  /** f(x) of the type of x; further inputs are single numbers. */
  static final List<String> FUNCTIONS =
      List.of(
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
          "Not");

  /** f(x) that is true or false. */
  static final List<String> TESTS = List.of("IsNaN", "IsInf");

  /** f(x) of a type that an attribute names. */
  static final List<String> CASTS = List.of("Cast");

  /** Noise of the shape of x. */
  static final List<String> NOISE = List.of("RandomNormalLike", "RandomUniformLike");

  /** f(x, y, ...) of the type of x, with broadcasting. */
  static final List<String> ARITHMETIC =
      List.of(
          "Add",
          "Sub",
          "Mul",
          "Div",
          "Pow",
          "Mod",
          "Max",
          "Min",
          "Sum",
          "BitwiseAnd",
          "BitwiseOr",
          "BitwiseXor",
          "BitShift");

  /** f(x, y) that is true or false, with broadcasting. */
  static final List<String> LOGIC =
      List.of("Equal", "Less", "LessOrEqual", "Greater", "GreaterOrEqual", "And", "Or", "Xor");

  /** f(condition, x, y) of the type of x, with broadcasting. */
  static final List<String> CHOICES = List.of("Where");

  private static final Set<String> UNARY = union(List.of(FUNCTIONS, TESTS, CASTS, NOISE));
  private static final Set<String> BROADCAST = union(List.of(ARITHMETIC, LOGIC, CHOICES));

  private ElementwiseOps() {}

  private static Set<String> union(List<List<String>> lists) {
    return lists.stream().flatMap(List::stream).collect(Collectors.toUnmodifiableSet());
  }

  /** True for f(x), perhaps with further inputs that are single numbers. */
  public static boolean isUnary(OnnxNode n) {
    return UNARY.contains(n.op());
  }

  /** True for f(x, y, ...) with broadcasting. */
  public static boolean isBroadcast(OnnxNode n) {
    return BROADCAST.contains(n.op());
  }
}
