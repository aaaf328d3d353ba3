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
          "Softmax",
          "LogSoftmax",
          "Dropout",
          "PRelu",
          "CumSum",
          "LRN",
          "Trilu",
          "ScatterND",
          "ScatterElements",
          "BatchNormalization",
          "InstanceNormalization",
          "GroupNormalization",
          "LpNormalization",
          "MeanVarianceNormalization",
          "LayerNormalization");

  private ElementwiseRules() {}

  static void register(Map<String, Rule> rules) {
    for (List<String> ops : List.of(ElementwiseOps.FUNCTIONS, LIKE_FIRST)) {
      ops.forEach(op -> rules.put(op, (n, g) -> set(n, n.input(0).type(), n.input(0).shape())));
    }
    ElementwiseOps.ARITHMETIC.forEach(
        op -> rules.put(op, (n, g) -> set(n, n.input(0).type(), common(n, g, n.inputs()))));
    ElementwiseOps.LOGIC.forEach(
        op -> rules.put(op, (n, g) -> set(n, ElementType.BOOL, common(n, g, n.inputs()))));
    ElementwiseOps.TESTS.forEach(
        op -> rules.put(op, (n, g) -> set(n, ElementType.BOOL, n.input(0).shape())));
    ElementwiseOps.CHOICES.forEach(
        op -> rules.put(op, (n, g) -> set(n, n.input(1).type(), common(n, g, n.inputs()))));
    ElementwiseOps.CASTS.forEach(
        op -> rules.put(op, (n, g) -> set(n, typeOf(n, "to", null), n.input(0).shape())));
    ElementwiseOps.NOISE.forEach(
        op ->
            rules.put(
                op, (n, g) -> set(n, typeOf(n, "dtype", n.input(0).type()), n.input(0).shape())));
    rules.put(
        "Multinomial",
        (n, g) ->
            set(
                n,
                typeOf(n, "dtype", ElementType.INT32),
                n.input(0).rank() != 2
                    ? null
                    : List.of(n.input(0).shape().get(0), Dim.of(n.integer("sample_size", 1)))));
    for (String op : List.of("RandomNormal", "RandomUniform")) {
      rules.put(
          op,
          (n, g) ->
              set(n, typeOf(n, "dtype", ElementType.FLOAT32), Inference.dims(n.integers("shape"))));
    }
  }

  /** The type that an attribute names by its number. */
  private static ElementType typeOf(OnnxNode n, String attribute, ElementType otherwise) {
    int number = (int) n.integer(attribute, 0);
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
