package org.betavae.export.onnx;

import static org.betavae.export.onnx.Inference.broadcast;
import static org.betavae.export.onnx.Inference.set;

import java.util.List;
import java.util.Map;
import org.betavae.export.ElementType;
import org.betavae.export.onnx.Inference.Rule;

/** Operators that work element by element, and those whose output looks like their first input. */
final class ElementwiseRules {
  private static final List<String> LIKE_FIRST =
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
          "Softmax",
          "LogSoftmax",
          "Not",
          "CumSum",
          "LRN",
          "Trilu",
          "ScatterND",
          "ScatterElements",
          "BatchNormalization",
          "InstanceNormalization");

  private static final List<String> ARITHMETIC =
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
          "PRelu",
          "BitwiseAnd",
          "BitwiseOr",
          "BitwiseXor");
  private static final List<String> LOGIC =
      List.of("Equal", "Less", "LessOrEqual", "Greater", "GreaterOrEqual", "And", "Or", "Xor");

  private ElementwiseRules() {}

  static void register(Map<String, Rule> rules) {
    LIKE_FIRST.forEach(
        op -> rules.put(op, (n, g) -> set(n, n.input(0).type(), n.input(0).shape())));
    ARITHMETIC.forEach(
        op -> rules.put(op, (n, g) -> set(n, n.input(0).type(), common(n, g, n.inputs()))));
    LOGIC.forEach(
        op -> rules.put(op, (n, g) -> set(n, ElementType.BOOL, common(n, g, n.inputs()))));
    for (String op : List.of("IsNaN", "IsInf")) {
      rules.put(op, (n, g) -> set(n, ElementType.BOOL, n.input(0).shape()));
    }
    rules.put("Where", (n, g) -> set(n, n.input(1).type(), common(n, g, n.inputs())));
    rules.put(
        "Cast", (n, g) -> set(n, ElementType.ofOnnx((int) n.integer("to", 0)), n.input(0).shape()));
    for (String op : List.of("RandomNormalLike", "RandomUniformLike")) {
      rules.put(op, (n, g) -> set(n, typeOr(n, n.input(0).type()), n.input(0).shape()));
    }
    for (String op : List.of("RandomNormal", "RandomUniform")) {
      rules.put(
          op,
          (n, g) -> set(n, typeOr(n, ElementType.FLOAT32), Inference.dims(n.integers("shape"))));
    }
  }

  private static ElementType typeOr(OnnxNode n, ElementType otherwise) {
    int number = (int) n.integer("dtype", 0);
    return number == 0 ? otherwise : ElementType.ofOnnx(number);
  }

  private static List<Dim> common(OnnxNode n, OnnxGraph g, List<OnnxValue> operands) {
    List<Dim> shape = operands.get(0).shape();
    for (OnnxValue v : operands.subList(1, operands.size())) {
      shape = broadcast(n, g, shape, v.shape());
    }
    return shape;
  }
}
