package org.betavae.export.toonnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.betavae.export.ElementType;
import org.betavae.export.OnnxModel;
import org.betavae.export.Parity;
import org.betavae.export.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorflow.Output;
import org.tensorflow.proto.DataType;

/** Operators with every element type that TensorFlow has for them, at operator sets 13, 17, 21. */
final class KernelTypesTest {
  private static final List<ElementType> FLOATS =
      List.of(ElementType.FLOAT16, ElementType.FLOAT32, ElementType.FLOAT64);
  private static final List<ElementType> WHOLE =
      List.of(ElementType.UINT8, ElementType.INT32, ElementType.INT64);

  /** Results of float16 are rounded to 11 bits, by either runtime at other steps. */
  private static final double HALF_TOLERANCE = 4e-3;

  private static Parity on(Tensor x) {
    return Parity.on("x", x).within(x.type() == ElementType.FLOAT16 ? HALF_TOLERANCE : 2e-5);
  }

  private static Stream<Arguments> cases(List<ElementType> types, String... ops) {
    return Stream.of(ops).flatMap(op -> types.stream().map(t -> Arguments.of(op, t)));
  }

  /** Numbers from 1 / 8 to 7 / 8 for floats, small whole numbers for others. */
  private static Tensor numbers(ElementType type, long... shape) {
    return type.isFloat()
        ? Tensor.ofDoubles(type, shape, i -> (1 + i * 3 % 7) / 8.0)
        : Tensor.ofLongs(type, shape, i -> i * 5 % 4);
  }

  static Stream<Arguments> functions() {
    return Stream.concat(
        cases(
            FLOATS,
            "Acos",
            "Asin",
            "Asinh",
            "Atan",
            "Atanh",
            "Cosh",
            "Sinh",
            "Tan",
            "Elu",
            "Selu",
            "Erf",
            "Erfc",
            "Softplus",
            "Softsign",
            "LeakyRelu",
            "Sigmoid",
            "Tanh",
            "Exp",
            "Log1p",
            "Sqrt",
            "Rsqrt",
            "Softmax",
            "LogSoftmax"),
        cases(WHOLE, "Square", "Relu", "Relu6", "ZerosLike", "OnesLike"));
  }

  @ParameterizedTest
  @MethodSource("functions")
  void function_agrees(String op, ElementType type) {
    on(numbers(type, 3, 4)).check(tf -> Map.of("y", tf.op(op, tf.in("x"))));
  }

  static Stream<Arguments> pairs() {
    List<ElementType> all = new ArrayList<>(FLOATS);
    all.addAll(WHOLE);
    return cases(
        all,
        "AddV2",
        "Sub",
        "Mul",
        "Maximum",
        "Minimum",
        "FloorDiv",
        "FloorMod",
        "TruncateDiv",
        "Less",
        "GreaterEqual",
        "Equal",
        "NotEqual");
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void pair_agrees(String op, ElementType type) {
    Tensor y =
        type.isFloat()
            ? Tensor.ofDoubles(type, new long[] {1, 4}, i -> i - 2.5)
            : Tensor.ofLongs(type, new long[] {1, 4}, i -> i + 1);
    on(numbers(type, 3, 4)).and("z", y).check(tf -> Map.of("y", tf.op(op, tf.in("x"), tf.in("z"))));
  }

  static Stream<Arguments> reductions() {
    List<ElementType> all = new ArrayList<>(FLOATS);
    all.addAll(WHOLE);
    return cases(all, "Sum", "Mean", "Max", "Min", "Prod");
  }

  @ParameterizedTest
  @MethodSource("reductions")
  void reduction_agrees_alsoOverNoAxes(String op, ElementType type) {
    on(numbers(type, 2, 3, 2))
        .check(
            tf ->
                Map.of(
                    "kept",
                    tf.op(op, Map.of("keep_dims", true), tf.in("x"), axes(1, -1)),
                    "gone",
                    tf.op(op, tf.in("x"), axes(0)),
                    "none",
                    tf.op(op, tf.in("x"), axes())));
  }

  private static Tensor axes(int... axes) {
    return Tensor.ofLongs(ElementType.INT32, new long[] {axes.length}, i -> axes[i]);
  }

  static Stream<ElementType> types() {
    return Stream.concat(FLOATS.stream(), WHOLE.stream());
  }

  @ParameterizedTest
  @MethodSource("types")
  void whatMovesAndPicks_agrees(ElementType type) {
    Tensor condition = Tensor.ofLongs(ElementType.BOOL, new long[] {2, 1, 1, 1}, i -> i);
    Tensor pads = Tensor.ofLongs(ElementType.INT32, new long[] {4, 2}, i -> i / 2);
    on(numbers(type, 2, 2, 4, 4))
        .check(
            tf ->
                Map.of(
                    "where",
                    tf.op("SelectV2", condition, tf.in("x"), tf.op("ZerosLike", tf.in("x"))),
                    "pad",
                    tf.op("Pad", tf.in("x"), pads),
                    "depth",
                    tf.op("SpaceToDepth", Map.of("block_size", 2), tf.in("x")),
                    "space",
                    tf.op("DepthToSpace", Map.of("block_size", 2), tf.in("x")),
                    "cumsum",
                    tf.op(
                        "Cumsum",
                        tf.in("x"),
                        Tensor.ofLongs(ElementType.INT32, new long[0], i -> 3)),
                    "argmax",
                    tf.op(
                        "ArgMax",
                        Map.of("output_type", DataType.DT_INT32),
                        tf.in("x"),
                        Tensor.ofLongs(ElementType.INT32, new long[0], i -> 2)),
                    "largest",
                    tf.op(
                        "MaxPool",
                        Map.of(
                            "ksize", new long[] {1, 2, 2, 1},
                            "strides", new long[] {1, 1, 1, 1},
                            "padding", "SAME"),
                        tf.in("x")),
                    "nonzero",
                    type == ElementType.FLOAT16
                        ? tf.op("Identity", tf.in("x"))
                        : tf.op("Where", tf.in("x"))));
  }

  @Test
  void selectAndBand_ofTruths_agree() {
    Tensor x = Tensor.ofLongs(ElementType.BOOL, new long[] {3, 4}, i -> i % 3 == 0 ? 1 : 0);
    Tensor one = Tensor.ofLongs(ElementType.INT64, new long[0], i -> 1);
    on(x).check(tf -> Map.of("band", tf.op("MatrixBandPart", tf.in("x"), one, one)));
  }

  @Test
  void layersOfDoubles_areComputedAsFloatsWithoutCastsBetweenThem() {
    Tensor w = numbers(ElementType.FLOAT64, 2, 2, 3, 3);
    Map<String, Object> attributes = Map.of("strides", new long[] {1, 1, 1, 1}, "padding", "SAME");
    OnnxModel model =
        on(numbers(ElementType.FLOAT64, 2, 5, 5, 3))
            .check(
                tf ->
                    Map.of(
                        "y",
                        tf.op(
                            "Conv2D",
                            attributes,
                            tf.op("Elu", tf.op("Conv2D", attributes, tf.in("x"), w)),
                            w)));
    assertEquals(2, model.operatorCounts().get("Cast"), model::toString);
    assertEquals(2, model.operatorCounts().get("Conv"));
  }

  @Test
  void layersOfFloats_haveNoCasts() {
    OnnxModel model =
        on(numbers(ElementType.FLOAT32, 2, 3)).check(tf -> Map.of("y", tf.op("Elu", tf.in("x"))));
    assertNull(model.operatorCounts().get("Cast"));
  }

  @ParameterizedTest
  @EnumSource(
      value = DataType.class,
      names = {"DT_INT8", "DT_INT16"})
  void smallIntegersInsideOfAModel_agree_andOverflowAlike(DataType type) {
    Tensor x = Tensor.ofLongs(ElementType.INT32, new long[] {2, 4}, i -> 40 * i - 120);
    Map<String, Object> small = Map.of("DstT", type);
    Map<String, Object> back = Map.of("DstT", DataType.DT_INT32);
    on(x)
        .check(
            tf -> {
              Output<?> y = tf.op("Cast", small, tf.in("x"));
              return Map.of(
                  "sum", tf.op("Cast", back, tf.op("Sum", y, axes(1))),
                  "most", tf.op("Cast", back, tf.op("Max", y, axes(0))),
                  "square", tf.op("Cast", back, tf.op("Mul", y, y)),
                  "clipped", tf.op("Cast", back, tf.op("Relu6", y)),
                  "larger", tf.op("Cast", back, tf.op("Maximum", y, tf.op("Neg", y))));
            });
  }

  /** Results of bfloat16 are rounded to 8 bits, by either runtime at other steps. */
  private static final double BFLOAT_TOLERANCE = 2e-2;

  @Test
  void bfloat16_isComputedInFloat32_andRoundedBehindEachOperator() {
    Map<String, DataType> toHalf = Map.of("DstT", DataType.DT_BFLOAT16);
    Map<String, DataType> back = Map.of("DstT", DataType.DT_FLOAT);
    Map<String, Object> same = Map.of("strides", new long[] {1, 1, 1, 1}, "padding", "SAME");
    OnnxModel model =
        Parity.on("x", numbers(ElementType.FLOAT32, 2, 4, 4, 3), -1, 4, 4, 3)
            .within(BFLOAT_TOLERANCE)
            .check(
                tf -> {
                  Output<?> x = tf.op("Cast", toHalf, tf.in("x"));
                  Output<?> w = tf.op("Cast", toHalf, numbers(ElementType.FLOAT32, 3, 3, 3, 2));
                  Output<?> y = tf.op("Conv2D", same, x, w);
                  return Map.of(
                      "conv", tf.op("Cast", back, y),
                      "gelu", tf.op("Cast", back, tf.op("Softplus", tf.op("Erf", x))),
                      "zeros", tf.op("Cast", back, tf.op("ZerosLike", x)),
                      "sum", tf.op("Cast", back, tf.op("Cumsum", x, whole(1))),
                      "rounded", tf.op("Cast", back, tf.op("Mul", x, x)));
                });
    assertEquals(1, model.operatorCounts().get("Conv"));
  }

  private static Tensor whole(int value) {
    return Tensor.scalar(ElementType.INT32, value);
  }
}
