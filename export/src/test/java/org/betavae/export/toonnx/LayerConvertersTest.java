package org.betavae.export.toonnx;

import static org.betavae.export.Parity.operators;
import static org.betavae.export.TfTensors.integer;
import static org.betavae.export.TfTensors.ints;
import static org.betavae.export.TfTensors.normal;
import static org.betavae.export.TfTensors.uniform;
import static org.betavae.export.TfTensors.whole;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.betavae.export.ConvertOptions;
import org.betavae.export.ElementType;
import org.betavae.export.OnnxModel;
import org.betavae.export.Ort;
import org.betavae.export.Parity;
import org.betavae.export.Tensor;
import org.betavae.export.TfToOnnx;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.Output;

/** Products, reductions, pooling, norms, resizing and random numbers, against TensorFlow. */
final class LayerConvertersTest {
  @ParameterizedTest
  @CsvSource({"false,false", "true,false", "false,true", "true,true"})
  void matMul_ofBothOrders_isGemmOrMatMul(boolean a, boolean b) {
    Tensor x = a ? normal(1, 4, 3) : normal(1, 3, 4);
    Tensor y = b ? normal(2, 5, 4) : normal(2, 4, 5);
    OnnxModel model =
        Parity.on("x", x)
            .and("y", y)
            .check(
                tf ->
                    Map.of(
                        "z",
                        tf.op(
                            "MatMul",
                            Map.of("transpose_a", a, "transpose_b", b),
                            tf.in("x"),
                            tf.in("y"))));
    assertEquals(operators(a || b ? "Gemm" : "MatMul", 1), model.operatorCounts());
  }

  @Test
  void batchMatMul_ofBothOrders_broadcasts() {
    OnnxModel model =
        Parity.on("x", normal(1, 2, 3, 4, 5), -1, 3, 4, 5)
            .and("y", normal(2, 3, 4, 6), 3, 4, 6)
            .check(
                tf ->
                    Map.of(
                        "xt", tf.op("BatchMatMulV2", Map.of("adj_x", true), tf.in("x"), tf.in("y")),
                        "yt",
                            tf.op(
                                "BatchMatMulV2",
                                Map.of("adj_y", true),
                                tf.op("Transpose", tf.in("x"), ints(0, 1, 3, 2)),
                                tf.op("Transpose", tf.in("y"), ints(0, 2, 1)))));
    assertEquals(1, model.operatorCounts().get("MatMul"), "both are the same product");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"bij,jk->bik", "bhqd,bhkd->bhqk", "bij->bji", "bij,bij->b", "...ij,jk->...ik"})
  void einsum_agrees(String equation) {
    List<String> terms = List.of(equation.substring(0, equation.indexOf('-')).split(",", -1));
    Parity net = Parity.on("x", sized(1, terms.get(0)));
    List<String> names = new java.util.ArrayList<>(List.of("x"));
    if (terms.size() > 1) {
      net.and("y", sized(2, terms.get(1)));
      names.add("y");
    }
    OnnxModel model =
        net.check(
            tf ->
                Map.of(
                    "z",
                    tf.op(
                        "Einsum",
                        Map.of("equation", equation),
                        names.stream().map(tf::in).toList())));
    assertEquals(operators("Einsum", 1), model.operatorCounts());
  }

  /** Each letter has its own size. */
  private static Tensor sized(long seed, String term) {
    return normal(seed, term.replace("...", "b").chars().mapToLong(c -> 2 + c % 4).toArray());
  }

  @ParameterizedTest
  @ValueSource(strings = {"Sum", "Mean", "Max", "Min", "Prod", "EuclideanNorm"})
  void reductions_agree(String op) {
    OnnxModel model =
        Parity.on("x", normal(1, 3, 4, 5), -1, 4, 5)
            .check(
                tf ->
                    Map.of(
                        "one", tf.op(op, tf.in("x"), ints(-1)),
                        "two", tf.op(op, Map.of("keep_dims", true), tf.in("x"), ints(0, 2)),
                        "scalar", tf.op(op, tf.in("x"), integer(1)),
                        "all", tf.op(op, tf.in("x"), ints(0, 1, 2)),
                        "none",
                            tf.op(
                                op,
                                tf.in("x"),
                                Tensor.ofLongs(ElementType.INT32, new long[] {0}, i -> 0))));
    boolean norm = op.equals("EuclideanNorm");
    assertEquals(
        operators(norm ? "ReduceL2" : "Reduce" + op, 4, norm ? "Abs" : "Identity", 1),
        model.operatorCounts());
  }

  @Test
  void allAndAny_agree() {
    OnnxModel model =
        Parity.on("x", whole(ElementType.BOOL, 1, 0, 2, 5, 2), -1, 2)
            .check(
                tf ->
                    Map.of(
                        "all",
                        tf.op("All", tf.in("x"), ints(1)),
                        "any",
                        tf.op("Any", Map.of("keep_dims", true), tf.in("x"), ints(1))));
    assertEquals(operators("Cast", 3, "ReduceMin", 1, "ReduceMax", 1), model.operatorCounts());
  }

  @Test
  void argMaxAndMin_giveTheFirstOfEqualValues() {
    Tensor ties = Tensor.ofDoubles(ElementType.FLOAT32, new long[] {4, 6}, i -> i * 7 % 3);
    OnnxModel model =
        Parity.on("x", ties, -1, 6)
            .check(
                tf ->
                    Map.of(
                        "max", tf.op("ArgMax", tf.in("x"), integer(1)),
                        "min",
                            tf.op(
                                "ArgMin",
                                Map.of("output_type", org.tensorflow.proto.DataType.DT_INT32),
                                tf.in("x"),
                                integer(-1))));
    assertEquals(operators("ArgMax", 1, "ArgMin", 1, "Cast", 1), model.operatorCounts());
  }

  @Test
  void topKAndCumsum_agree() {
    OnnxModel model =
        Parity.on("x", normal(1, 3, 6), -1, 6)
            .check(
                tf -> {
                  var top = tf.operation("TopKV2", Map.of("sorted", true), tf.in("x"), integer(4));
                  Map<String, Output<?>> out = new LinkedHashMap<>();
                  out.put("values", top.output(0));
                  out.put("indices", top.output(1));
                  out.put("sum", tf.op("Cumsum", tf.in("x"), integer(1)));
                  out.put(
                      "back",
                      tf.op(
                          "Cumsum",
                          Map.of("exclusive", true, "reverse", true),
                          tf.in("x"),
                          integer(-1)));
                  return out;
                });
    assertEquals(operators("TopK", 1, "Cast", 1, "CumSum", 2), model.operatorCounts());
  }

  @ParameterizedTest
  @CsvSource({
    "MaxPool,2,2,SAME",
    "MaxPool,3,2,SAME",
    "MaxPool,3,1,VALID",
    "AvgPool,2,2,SAME",
    "AvgPool,3,2,SAME",
    "AvgPool,2,3,VALID"
  })
  void pooling_agrees(String op, long size, long stride, String padding) {
    Map<String, Object> attributes =
        Map.of(
            "ksize",
            new long[] {1, size, size, 1},
            "strides",
            new long[] {1, stride, stride, 1},
            "padding",
            padding);
    OnnxModel model =
        Parity.on("x", normal(1, 2, 7, 8, 3), -1, 7, 8, 3)
            .check(tf -> Map.of("y", tf.op(op, attributes, tf.in("x"))));
    assertEquals(
        operators("Transpose", 2, op.equals("MaxPool") ? "MaxPool" : "AveragePool", 1),
        model.operatorCounts());
  }

  @Test
  void pooling_ofOtherForms_agrees() {
    Map<String, Object> cube =
        Map.of(
            "ksize",
            new long[] {1, 2, 3, 2, 1},
            "strides",
            new long[] {1, 2, 1, 2, 1},
            "padding",
            "SAME");
    Parity.on("x", normal(1, 2, 5, 4, 6, 3), -1, 5, 4, 6, 3)
        .check(
            tf ->
                Map.of(
                    "max",
                    tf.op("MaxPool3D", cube, tf.in("x")),
                    "mean",
                    tf.op("AvgPool3D", cube, tf.in("x"))));
    Parity.on("x", normal(1, 2, 5, 4, 3), -1, 5, 4, 3)
        .check(
            tf ->
                Map.of(
                    "y",
                    tf.op(
                        "MaxPoolV2",
                        Map.of("padding", "VALID"),
                        tf.in("x"),
                        ints(1, 2, 2, 1),
                        ints(1, 1, 2, 1))));
  }

  private static Output<?> norm(Parity.Builder tf, boolean training) {
    Map<String, Object> attributes = Map.of("epsilon", 0.01f, "is_training", training);
    Tensor empty = Tensor.floats(new long[] {0});
    return training
        ? tf.op(
            "FusedBatchNormV3",
            attributes,
            tf.in("x"),
            uniform(2, 0.5, 2, 3),
            normal(3, 3),
            empty,
            empty)
        : tf.op(
            "FusedBatchNormV3",
            attributes,
            tf.in("x"),
            uniform(2, 0.5, 2, 3),
            normal(3, 3),
            normal(4, 3),
            uniform(5, 0.1, 2, 3));
  }

  @Test
  void batchNorm_agrees() {
    OnnxModel model =
        Parity.on("x", normal(1, 4, 5, 6, 3), -1, 5, 6, 3)
            .check(tf -> Map.of("y", norm(tf, false)));
    assertEquals(operators("Transpose", 2, "BatchNormalization", 1), model.operatorCounts());
  }

  @Test
  void batchNorm_inTrainingMode_takesTheBatchsStatistics() {
    OnnxModel model =
        Parity.on("x", normal(1, 4, 5, 6, 3), -1, 5, 6, 3).check(tf -> Map.of("y", norm(tf, true)));
    assertEquals(2, model.operatorCounts().get("ReduceMean"));
  }

  @Test
  void localResponseNorm_agrees() {
    Map<String, Object> attributes =
        Map.of("depth_radius", 2, "alpha", 0.3f, "beta", 0.6f, "bias", 1.5f);
    OnnxModel model =
        Parity.on("x", normal(1, 2, 3, 4, 7), -1, 3, 4, 7)
            .check(tf -> Map.of("y", tf.op("LRN", attributes, tf.in("x"))));
    assertEquals(operators("Transpose", 2, "LRN", 1), model.operatorCounts());
  }

  @ParameterizedTest
  @CsvSource({
    "ResizeNearestNeighbor,false,false", "ResizeNearestNeighbor,true,false",
        "ResizeNearestNeighbor,false,true",
    "ResizeBilinear,false,false", "ResizeBilinear,true,false", "ResizeBilinear,false,true"
  })
  void resize_toLargerSmallerAndOddSizes_agrees(String op, boolean corners, boolean half) {
    Map<String, Object> attributes = Map.of("align_corners", corners, "half_pixel_centers", half);
    for (int[] to :
        List.of(new int[] {12, 24}, new int[] {3, 4}, new int[] {7, 5}, new int[] {6, 8})) {
      OnnxModel model =
          Parity.on("x", normal(1, 2, 6, 8, 3), -1, 6, 8, 3)
              .check(tf -> Map.of("y", tf.op(op, attributes, tf.in("x"), ints(to[0], to[1]))));
      assertEquals(1, model.operatorCounts().get("Resize"));
    }
  }

  @ParameterizedTest
  @CsvSource({"false", "true"})
  void resizeBicubic_toTwiceTheSize_agrees(boolean half) {
    Parity.on("x", normal(1, 2, 6, 8, 3), -1, 6, 8, 3)
        .check(
            tf ->
                Map.of(
                    "y",
                    tf.op(
                        "ResizeBicubic",
                        Map.of("half_pixel_centers", half),
                        tf.in("x"),
                        ints(12, 16))));
  }

  @Test
  void randomNumbers_haveTheirShapeAndSpread() {
    var tfModel =
        Parity.on("x", normal(1, 2000, 4), -1, 4)
            .model(
                tf -> {
                  var shape = tf.op("Shape", tf.in("x"));
                  var dtype = org.tensorflow.proto.DataType.DT_FLOAT;
                  return Map.of(
                      "normal", tf.op("RandomStandardNormal", Map.of("dtype", dtype), shape),
                      "uniform", tf.op("RandomUniform", Map.of("dtype", dtype), shape),
                      "stateless",
                          tf.op("StatelessRandomNormal", Map.of("dtype", dtype), shape, ints(1, 2)),
                      "fixed", tf.op("RandomStandardNormal", Map.of("dtype", dtype), ints(50, 40)));
                });
    OnnxModel model = TfToOnnx.convert(tfModel, ConvertOptions.defaults());
    Map<String, Tensor> got = Ort.run(model, Map.of("x", normal(1, 2000, 4)));
    assertArrayEquals(new long[] {2000, 4}, got.get("normal").shape());
    assertArrayEquals(new long[] {50, 40}, got.get("fixed").shape());
    assertSpread(got.get("normal"), 0, 1);
    assertSpread(got.get("stateless"), 0, 1);
    assertSpread(got.get("uniform"), 0.5, Math.sqrt(1 / 12.0));
    assertNotEquals(got.get("normal"), got.get("stateless"));
    assertEquals(
        2, model.operatorCounts().get("RandomNormalLike"), "equal random operators are not one");
  }

  /**
   * The mean of 8,000 numbers is off by 0.011 standard deviations one time in three; five times
   * that never comes by chance.
   */
  private static void assertSpread(Tensor t, double mean, double deviation) {
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < t.size(); i++) {
      sum += t.doubleAt(i);
      squares += t.doubleAt(i) * t.doubleAt(i);
    }
    double m = sum / t.size();
    double d = Math.sqrt(squares / t.size() - m * m);
    assertTrue(
        Math.abs(m - mean) < 0.06 * deviation && Math.abs(d / deviation - 1) < 0.06,
        () -> "mean " + m + ", deviation " + d);
  }
}
