package org.betavae.export.toonnx;

import static org.betavae.export.Parity.operators;
import static org.betavae.export.TfTensors.integer;
import static org.betavae.export.TfTensors.normal;
import static org.betavae.export.TfTensors.uniform;
import static org.betavae.export.TfTensors.whole;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.betavae.export.ConversionException;
import org.betavae.export.ConvertOptions;
import org.betavae.export.ElementType;
import org.betavae.export.OnnxModel;
import org.betavae.export.Parity;
import org.betavae.export.Tensor;
import org.betavae.export.TfToOnnx;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorflow.proto.DataType;

/**
 * Operators that work element by element, against TensorFlow, with the ONNX operators that they
 * become.
 */
final class ElementwiseConvertersTest {
  private static final Tensor EDGES =
      Tensor.floats(
          new long[] {2, 6},
          0f,
          -0f,
          1f,
          -1f,
          Float.POSITIVE_INFINITY,
          Float.NEGATIVE_INFINITY,
          Float.NaN,
          0.5f,
          -0.5f,
          1.5f,
          2.5f,
          -3.7f);

  static Stream<Arguments> unary() {
    return Stream.of(
        arguments("Abs", -3, 3, List.of("Abs")),
        arguments("Neg", -3, 3, List.of("Neg")),
        arguments("Sign", -3, 3, List.of("Sign")),
        arguments("Square", -3, 3, List.of("Mul")),
        arguments("Sqrt", 0.01, 9, List.of("Sqrt")),
        arguments("Rsqrt", 0.1, 9, List.of("Sqrt", "Reciprocal")),
        arguments("Reciprocal", 0.2, 3, List.of("Reciprocal")),
        arguments("Inv", 0.2, 3, List.of("Reciprocal")),
        arguments("Exp", -3, 3, List.of("Exp")),
        arguments("Expm1", -3, 3, List.of("Exp", "Sub")),
        arguments("Log", 0.1, 9, List.of("Log")),
        arguments("Log1p", -0.9, 9, List.of("Add", "Log")),
        arguments("Erf", -3, 3, List.of("Erf")),
        arguments("Erfc", -3, 3, List.of("Erf", "Sub")),
        arguments("Floor", -3, 3, List.of("Floor")),
        arguments("Ceil", -3, 3, List.of("Ceil")),
        arguments("Round", -3, 3, List.of("Round")),
        arguments("Rint", -3, 3, List.of("Round")),
        arguments("Sin", -3, 3, List.of("Sin")),
        arguments("Cos", -3, 3, List.of("Cos")),
        arguments("Tan", -1, 1, List.of("Tan")),
        arguments("Asin", -1, 1, List.of("Asin")),
        arguments("Acos", -1, 1, List.of("Acos")),
        arguments("Atan", -3, 3, List.of("Atan")),
        arguments("Sinh", -3, 3, List.of("Sinh")),
        arguments("Cosh", -3, 3, List.of("Cosh")),
        arguments("Tanh", -3, 3, List.of("Tanh")),
        arguments("Asinh", -3, 3, List.of("Asinh")),
        arguments("Acosh", 1, 3, List.of("Acosh")),
        arguments("Atanh", -0.9, 0.9, List.of("Atanh")),
        arguments("Relu", -3, 3, List.of("Relu")),
        arguments("Relu6", -9, 9, List.of("Clip")),
        arguments("LeakyRelu", -3, 3, List.of("LeakyRelu")),
        arguments("Elu", -3, 3, List.of("Elu")),
        arguments("Selu", -3, 3, List.of("Selu")),
        arguments("Sigmoid", -30, 30, List.of("Sigmoid")),
        arguments("Softplus", -30, 30, List.of("Softplus")),
        arguments("Softsign", -3, 3, List.of("Softsign")),
        arguments("Softmax", -3, 3, List.of("Softmax")),
        arguments("LogSoftmax", -3, 3, List.of("LogSoftmax")),
        arguments("IsNan", -3, 3, List.of("IsNaN")),
        arguments("IsInf", -3, 3, List.of("IsInf")),
        arguments("IsFinite", -3, 3, List.of("IsNaN", "IsInf", "Or", "Not")),
        arguments("ZerosLike", -3, 3, List.of("Shape", "ConstantOfShape")),
        arguments("OnesLike", -3, 3, List.of("Shape", "ConstantOfShape")),
        arguments("L2Loss", -3, 3, List.of("Mul", "ReduceSum", "Mul")));
  }

  @ParameterizedTest
  @MethodSource("unary")
  void unary_agrees(String op, double low, double high, List<String> emitted) {
    OnnxModel model =
        Parity.on("x", uniform(1, low, high, 4, 7), -1, 7)
            .check(tf -> Map.of("y", tf.op(op, tf.in("x"))));
    assertEquals(counts(emitted), model.operatorCounts());
  }

  @ParameterizedTest
  @MethodSource("unary")
  void unary_ofConstants_isComputedOrLeftToTheRuntime(
      String op, double low, double high, List<String> emitted) {
    OnnxModel model =
        Parity.on("x", normal(1, 4, 7), -1, 7)
            .check(
                tf ->
                    Map.of(
                        "y",
                        tf.op(
                            "AddV2",
                            tf.in("x"),
                            tf.op("Cast", castTo(op), tf.op(op, uniform(1, low, high, 4, 7))))),
                17);
    assertEquals(1, model.operatorCounts().get("Add"));
  }

  private static Map<String, Object> castTo(String op) {
    boolean logical = op.startsWith("Is");
    return Map.of(
        "DstT", DataType.DT_FLOAT, "SrcT", logical ? DataType.DT_BOOL : DataType.DT_FLOAT);
  }

  @ParameterizedTest
  @MethodSource("edgeOps")
  void edges_agree(String op) {
    Parity.on("x", EDGES, -1, 6).check(tf -> Map.of("y", tf.op(op, tf.in("x"))));
  }

  static Stream<String> edgeOps() {
    return Stream.of(
        "Abs",
        "Neg",
        "Sign",
        "Round",
        "Rint",
        "Floor",
        "Ceil",
        "Relu",
        "Relu6",
        "Elu",
        "Tanh",
        "Sigmoid",
        "Exp",
        "IsNan",
        "IsInf",
        "IsFinite");
  }

  @Test
  void leakyRelu_keepsItsSlope() {
    Parity.on("x", normal(1, 3, 4), -1, 4)
        .check(tf -> Map.of("y", tf.op("LeakyRelu", Map.of("alpha", 0.37f), tf.in("x"))));
  }

  static Stream<Arguments> binary() {
    return Stream.of(
        arguments("Add", List.of("Add")),
        arguments("AddV2", List.of("Add")),
        arguments("Sub", List.of("Sub")),
        arguments("Mul", List.of("Mul")),
        arguments("Div", List.of("Div")),
        arguments("RealDiv", List.of("Div")),
        arguments("FloorDiv", List.of("Div", "Floor")),
        arguments(
            "FloorMod",
            List.of("Mod", "Less", "Less", "Xor", "Equal", "Not", "And", "Add", "Where")),
        arguments("TruncateMod", List.of("Mod")),
        arguments("Maximum", List.of("Max")),
        arguments("Minimum", List.of("Min")),
        arguments("SquaredDifference", List.of("Sub", "Mul")),
        arguments("DivNoNan", List.of("Div", "Equal", "Where")),
        arguments("MulNoNan", List.of("Mul", "Equal", "Where")),
        arguments("Xdivy", List.of("Div", "Equal", "Where")),
        arguments(
            "Atan2",
            List.of(
                "Div", "Atan", "Less", "Where", "Less", "Add", "Where", "Equal", "Equal", "And",
                "Where")),
        arguments("Equal", List.of("Equal")),
        arguments("NotEqual", List.of("Equal", "Not")),
        arguments("Less", List.of("Less")),
        arguments("LessEqual", List.of("LessOrEqual")),
        arguments("Greater", List.of("Greater")),
        arguments("GreaterEqual", List.of("GreaterOrEqual")));
  }

  @ParameterizedTest
  @MethodSource("binary")
  void binary_broadcasts(String op, List<String> emitted) {
    OnnxModel model =
        Parity.on("x", normal(1, 4, 1, 7), -1, 1, 7)
            .and("y", normal(2, 5, 7), -1, 7)
            .check(tf -> Map.of("z", tf.op(op, tf.in("x"), tf.in("y"))));
    assertEquals(counts(emitted), model.operatorCounts());
  }

  @ParameterizedTest
  @MethodSource("binary")
  void binary_ofWholeNumbersWithZeros_agrees(String op, List<String> emitted) {
    Tensor x = whole(ElementType.INT32, 1, -3, 4, 6, 7);
    Tensor y = whole(ElementType.INT32, 2, -3, 4, 6, 7);
    Tensor xf = Tensor.ofDoubles(ElementType.FLOAT32, x.shape(), x::doubleAt);
    Tensor yf = Tensor.ofDoubles(ElementType.FLOAT32, y.shape(), y::doubleAt);
    boolean nanBySign = List.of("FloorMod", "TruncateMod", "FloorDiv").contains(op);
    Tensor divisor =
        nanBySign
            ? Tensor.ofDoubles(
                ElementType.FLOAT32, y.shape(), i -> yf.doubleAt(i) == 0 ? 2 : yf.doubleAt(i))
            : yf;
    Parity.on("x", xf, -1, 7)
        .and("y", divisor, -1, 7)
        .check(tf -> Map.of("z", tf.op(op, tf.in("x"), tf.in("y"))));
  }

  static Stream<Arguments> integers() {
    return Stream.of(
        arguments("AddV2", List.of("Add")),
        arguments("Sub", List.of("Sub")),
        arguments("Mul", List.of("Mul")),
        arguments("FloorDiv", List.of("Mod", "Sub", "Div")),
        arguments("FloorMod", List.of("Mod")),
        arguments("TruncateDiv", List.of("Div")),
        arguments("TruncateMod", List.of("Mod")),
        arguments("Maximum", List.of("Max")),
        arguments("Minimum", List.of("Min")),
        arguments("SquaredDifference", List.of("Sub", "Mul")),
        arguments("Equal", List.of("Equal")),
        arguments("Less", List.of("Less")));
  }

  @ParameterizedTest
  @MethodSource("integers")
  void binary_ofIntegersOfBothSigns_agrees(String op, List<String> emitted) {
    for (ElementType type : List.of(ElementType.INT32, ElementType.INT64)) {
      Tensor y = whole(type, 2, -4, 4, 8, 9);
      Tensor divisor = Tensor.ofLongs(type, y.shape(), i -> y.longAt(i) == 0 ? 5 : y.longAt(i));
      OnnxModel model =
          Parity.on("x", whole(type, 1, -20, 20, 8, 9), -1, 9)
              .and("y", divisor, -1, 9)
              .check(tf -> Map.of("z", tf.op(op, tf.in("x"), tf.in("y"))));
      assertEquals(counts(emitted), model.operatorCounts());
    }
  }

  @Test
  void pow_xlogyAndXlog1py_agree() {
    Parity.on("x", uniform(1, 0.1, 3, 4, 7), -1, 7)
        .and("y", uniform(2, -2, 2, 4, 7), -1, 7)
        .check(
            tf ->
                Map.of(
                    "pow", tf.op("Pow", tf.in("x"), tf.in("y")),
                    "xlogy", tf.op("Xlogy", tf.in("y"), tf.in("x")),
                    "xlog1py", tf.op("Xlog1py", tf.in("y"), tf.in("x")),
                    "none",
                        tf.op(
                            "Xlogy",
                            tf.op("ZerosLike", tf.in("x")),
                            tf.op("ZerosLike", tf.in("x")))));
  }

  @Test
  void addN_andClip_agree() {
    OnnxModel model =
        Parity.on("x", normal(1, 4, 7), -1, 7)
            .check(
                tf -> {
                  var sum = tf.op("AddN", List.of(tf.in("x"), tf.in("x"), normal(3, 4, 7)));
                  return Map.of(
                      "y",
                      tf.op(
                          "ClipByValue",
                          sum,
                          Tensor.scalar(ElementType.FLOAT32, -1),
                          Tensor.scalar(ElementType.FLOAT32, 2)));
                });
    assertEquals(operators("Add", 2, "Max", 1, "Min", 1), model.operatorCounts());
  }

  @Test
  void logic_agrees() {
    OnnxModel model =
        Parity.on("x", whole(ElementType.BOOL, 1, 0, 2, 4, 7), -1, 7)
            .and("y", whole(ElementType.BOOL, 2, 0, 2, 7))
            .check(
                tf ->
                    Map.of(
                        "and", tf.op("LogicalAnd", tf.in("x"), tf.in("y")),
                        "or", tf.op("LogicalOr", tf.in("x"), tf.in("y")),
                        "not", tf.op("LogicalNot", tf.in("x"))));
    assertEquals(operators("And", 1, "Or", 1, "Not", 1), model.operatorCounts());
  }

  @Test
  void signBit_ofZerosAndInfinities_agrees() {
    Tensor lowest = Tensor.ofLongs(ElementType.INT32, new long[0], i -> Integer.MIN_VALUE);
    Tensor x =
        Tensor.floats(
            new long[] {7},
            0f,
            -0f,
            1f,
            -1f,
            Float.POSITIVE_INFINITY,
            Float.NEGATIVE_INFINITY,
            -1e-40f);
    Parity.on("x", x, -1)
        .check(
            tf ->
                Map.of(
                    "y",
                    tf.op(
                        "BitwiseAnd",
                        tf.op("Bitcast", Map.of("type", DataType.DT_INT32), tf.in("x")),
                        lowest)));
  }

  @Test
  void otherBits_areRefused() {
    var model =
        Parity.on("x", normal(1, 4), -1)
            .model(
                tf ->
                    Map.of(
                        "y",
                        tf.op(
                            "BitwiseAnd",
                            tf.op("Bitcast", Map.of("type", DataType.DT_INT32), tf.in("x")),
                            integer(7))));
    ConversionException e =
        assertThrows(
            ConversionException.class, () -> TfToOnnx.convert(model, ConvertOptions.defaults()));
    assertTrue(
        e.getMessage().contains("BitwiseAnd (node")
            && e.getMessage().contains("no more than the sign bit"),
        e.getMessage());
    var bits =
        Parity.on("x", normal(1, 4), -1)
            .model(
                tf -> Map.of("y", tf.op("Bitcast", Map.of("type", DataType.DT_INT32), tf.in("x"))));
    ConversionException f =
        assertThrows(
            ConversionException.class, () -> TfToOnnx.convert(bits, ConvertOptions.defaults()));
    assertTrue(
        f.getMessage().contains("Bitcast (node") && f.getMessage().contains("no counterpart"),
        f.getMessage());
  }

  @Test
  void bitwise_ofIntegers_agrees() {
    OnnxModel model =
        Parity.on("x", whole(ElementType.INT32, 1, -9, 9, 4, 5), -1, 5)
            .check(
                tf ->
                    Map.of(
                        "and", tf.op("BitwiseAnd", tf.in("x"), integer(6)),
                        "or", tf.op("BitwiseOr", tf.in("x"), integer(6)),
                        "xor", tf.op("BitwiseXor", tf.in("x"), integer(6))),
                18,
                21);
    assertEquals(
        operators("BitwiseAnd", 1, "BitwiseOr", 1, "BitwiseXor", 1), model.operatorCounts());
  }

  @Test
  void select_agrees() {
    OnnxModel model =
        Parity.on("c", whole(ElementType.BOOL, 1, 0, 2, 4), -1)
            .and("x", normal(2, 4, 7), -1, 7)
            .and("y", normal(3, 4, 7), -1, 7)
            .check(
                tf ->
                    Map.of(
                        "rows", tf.op("Select", tf.in("c"), tf.in("x"), tf.in("y")),
                        "positive",
                            tf.op(
                                "SelectV2",
                                tf.op("Greater", tf.in("x"), Tensor.scalar(ElementType.FLOAT32, 0)),
                                tf.in("x"),
                                Tensor.scalar(ElementType.FLOAT32, -1)),
                        "logical",
                            tf.op(
                                "SelectV2",
                                tf.in("c"),
                                tf.in("c"),
                                tf.op("LogicalNot", tf.in("c"))),
                        "places", tf.op("Where", tf.in("c"))));
    assertEquals(2, model.operatorCounts().get("Where"));
  }

  @Test
  void biasAdd_ofBothLayouts_agrees() {
    OnnxModel model =
        Parity.on("x", normal(1, 2, 3, 4, 3), -1, 3, 4, 3)
            .check(
                tf ->
                    Map.of(
                        "last", tf.op("BiasAdd", tf.in("x"), normal(2, 3)),
                        "first",
                            tf.op(
                                "BiasAdd",
                                Map.of("data_format", "NCHW"),
                                tf.op("Identity", tf.in("x")),
                                normal(3, 3))),
                17);
    assertEquals(operators("Add", 2), model.operatorCounts());
  }

  @Test
  void cast_cutsTowardsZero() {
    Parity.on("x", Tensor.floats(new long[] {5}, -2.7f, -0.5f, 0f, 0.5f, 2.7f), -1)
        .check(
            tf ->
                Map.of(
                    "int", tf.op("Cast", Map.of("DstT", DataType.DT_INT32), tf.in("x")),
                    "long", tf.op("Cast", Map.of("DstT", DataType.DT_INT64), tf.in("x")),
                    "bool", tf.op("Cast", Map.of("DstT", DataType.DT_BOOL), tf.in("x")),
                    "double", tf.op("Cast", Map.of("DstT", DataType.DT_DOUBLE), tf.in("x"))));
  }

  @Test
  void identityAndItsLike_leaveNothing() {
    OnnxModel model =
        Parity.on("x", normal(1, 4, 7), -1, 7)
            .check(
                tf -> {
                  var y = tf.op("StopGradient", tf.op("Identity", tf.in("x")));
                  return Map.of(
                      "y", tf.op("Relu", tf.op("CheckNumerics", Map.of("message", "bad"), y)));
                });
    assertEquals(operators("Relu", 1), model.operatorCounts());
  }

  @Test
  void softmax_ofDoubles_keepsItsType() {
    Tensor x = Tensor.ofDoubles(ElementType.FLOAT64, new long[] {3, 5}, i -> Math.sin(i));
    Parity.on("x", x, -1, 5)
        .check(
            tf ->
                Map.of(
                    "y",
                    tf.op("Softmax", tf.in("x")),
                    "e",
                    tf.op("Exp", tf.in("x")),
                    "m",
                    tf.op("Mul", tf.in("x"), tf.in("x"))));
  }

  private static Map<String, Integer> counts(List<String> names) {
    Map<String, Integer> out = new java.util.HashMap<>();
    names.forEach(n -> out.merge(n, 1, Integer::sum));
    return out;
  }
}
