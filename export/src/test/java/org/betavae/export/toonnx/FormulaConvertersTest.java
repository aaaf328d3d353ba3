package org.betavae.export.toonnx;

import static org.betavae.export.TfTensors.normal;
import static org.betavae.export.TfTensors.uniform;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.betavae.export.ConversionException;
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
import org.tensorflow.Operation;
import org.tensorflow.Output;
import org.tensorflow.proto.DataType;

/** Operators that ONNX lacks and that are put together of those that it has. */
final class FormulaConvertersTest {
  /** Of series in float32, whose last bits differ from TensorFlow's own. */
  private static final double SERIES = 1e-4;

  private static Tensor ints(int... values) {
    return Tensor.ofLongs(ElementType.INT32, new long[] {values.length}, i -> values[i]);
  }

  private static Tensor whole(int value) {
    return Tensor.scalar(ElementType.INT32, value);
  }

  private static Tensor number(double value) {
    return Tensor.scalar(ElementType.FLOAT32, value);
  }

  @Test
  void segments_areReduced_emptyOnesAndThoseWithoutANumberToo() {
    Tensor sorted = ints(0, 0, 1, 3);
    Tensor any = ints(2, 0, -1, 2);
    Tensor pairs = Tensor.ofLongs(ElementType.INT32, new long[] {4, 2}, i -> i % 3);
    Parity.on("x", normal(1, 4, 2, 3), 4, 2, -1)
        .check(
            tf -> {
              Map<String, Output<?>> all = new LinkedHashMap<>();
              for (String how : new String[] {"Sum", "Mean", "Prod", "Max", "Min"}) {
                all.put("sorted" + how, tf.op("Segment" + how, tf.in("x"), sorted));
                if (!how.equals("Mean")) {
                  String op = "UnsortedSegment" + how;
                  all.put("any" + how, tf.op(op, tf.in("x"), any, whole(4)));
                  all.put("pairs" + how, tf.op(op, tf.in("x"), pairs, whole(3)));
                }
              }
              return all;
            });
  }

  @Test
  void crossEntropies_giveLossAndGradient() {
    Parity.on("x", normal(1, 3, 5), -1, 5)
        .and("p", uniform(2, 0, 1, 3, 5), -1, 5)
        .and("l", ints(4, 0, 2), -1)
        .check(
            tf -> {
              Operation dense =
                  tf.operation("SoftmaxCrossEntropyWithLogits", Map.of(), tf.in("x"), tf.in("p"));
              Operation sparse =
                  tf.operation(
                      "SparseSoftmaxCrossEntropyWithLogits", Map.of(), tf.in("x"), tf.in("l"));
              return Map.of(
                  "loss", dense.output(0),
                  "gradient", dense.output(1),
                  "sparse", sparse.output(0),
                  "sparse_gradient", sparse.output(1));
            });
  }

  @Test
  void colours_areTurned_greyAndBlackToo() {
    Tensor colours =
        Tensor.ofDoubles(
            ElementType.FLOAT32,
            new long[] {2, 3, 4, 3},
            i -> i < 3 ? 0 : i < 9 ? 0.4 : (i * 37 % 101) / 100.0);
    Parity.on("x", colours, -1, 3, 4, 3)
        .check(
            tf ->
                Map.of(
                    "hsv", tf.op("RGBToHSV", tf.in("x")),
                    "rgb", tf.op("HSVToRGB", tf.in("x")),
                    "hue", tf.op("AdjustHue", tf.in("x"), number(0.3)),
                    "saturation", tf.op("AdjustSaturation", tf.in("x"), number(1.7)),
                    "contrast", tf.op("AdjustContrastv2", tf.in("x"), number(2))));
  }

  @ParameterizedTest
  @CsvSource({"5,9", "13,4", "8,8"})
  void sampledSizes_areWeightedSums(int height, int width) {
    Tensor scale = Tensor.floats(new long[] {2}, height / 8f, width / 8f);
    Parity.on("x", normal(1, 2, 8, 8, 3), -1, 8, 8, 3)
        .check(
            tf -> {
              Map<String, Output<?>> all = new LinkedHashMap<>();
              String[] kernels = {
                "lanczos1",
                "lanczos3",
                "lanczos5",
                "gaussian",
                "box",
                "triangle",
                "keyscubic",
                "mitchellcubic"
              };
              for (String kernel : kernels) {
                for (boolean smooth : new boolean[] {true, false}) {
                  all.put(
                      kernel + smooth,
                      tf.op(
                          "ScaleAndTranslate",
                          Map.of("kernel_type", kernel, "antialias", smooth),
                          tf.in("x"),
                          ints(height, width),
                          scale,
                          Tensor.floats(new long[] {2}, 0.3f, -0.4f)));
                }
              }
              all.put("area", tf.op("ResizeArea", tf.in("x"), ints(height, width)));
              all.put(
                  "corners",
                  tf.op(
                      "ResizeArea",
                      Map.of("align_corners", true),
                      tf.in("x"),
                      ints(height, width)));
              return all;
            });
  }

  @Test
  void sampledSizes_ofUnknownImages_areRefused() {
    Parity parity = Parity.on("x", normal(1, 1, 8, 8, 3), -1, -1, 8, 3);
    ConversionException e =
        assertThrows(
            ConversionException.class,
            () ->
                TfToOnnx.convert(
                    parity.model(tf -> Map.of("y", tf.op("ResizeArea", tf.in("x"), ints(4, 4)))),
                    ConvertOptions.defaults()));
    assertTrue(e.getMessage().contains("ResizeArea"), e::getMessage);
    assertTrue(e.getMessage().contains("--input-shapes"), e::getMessage);
  }

  @Test
  void specialFunctions_agree_atPolesAndEndsToo() {
    Tensor x =
        Tensor.floats(
            new long[] {12}, 0.1f, 0.5f, 1, 1.46f, 2, 3.7f, 12.5f, 100, -0.5f, -1.3f, -2, 0.9f);
    Tensor unit = Tensor.floats(new long[] {7}, -1, -0.999f, -0.3f, 0, 0.5f, 0.9999f, 1);
    Tensor chance = Tensor.floats(new long[] {5}, 0.001f, 0.2f, 0.5f, 0.8f, 0.9999f);
    Parity.on("x", x)
        .and("u", unit)
        .and("p", chance)
        .within(SERIES)
        .check(
            tf ->
                Map.of(
                    "lgamma", tf.op("Lgamma", tf.in("x")),
                    "digamma", tf.op("Digamma", tf.in("x")),
                    "erfinv", tf.op("Erfinv", tf.in("u")),
                    "ndtri", tf.op("Ndtri", tf.in("p"))));
  }

  @Test
  void gradientsOfActivations_agree() {
    Parity.on("a", uniform(1, 0.1, 0.9, 3, 4), -1, 4)
        .and("b", normal(2, 3, 4), -1, 4)
        .check(
            tf -> {
              Map<String, Output<?>> all = new LinkedHashMap<>();
              String[] ops = {
                "ReluGrad",
                "Relu6Grad",
                "LeakyReluGrad",
                "EluGrad",
                "SeluGrad",
                "SoftplusGrad",
                "SoftsignGrad",
                "SigmoidGrad",
                "TanhGrad",
                "SqrtGrad",
                "RsqrtGrad",
                "ReciprocalGrad"
              };
              for (String op : ops) {
                all.put(op, tf.op(op, tf.in("a"), tf.in("b")));
              }
              all.put("BiasAddGrad", tf.op("BiasAddGrad", tf.in("a")));
              return all;
            });
  }

  @Test
  void searchesAndCounts_agree() {
    Tensor sorted = Tensor.floats(new long[] {1, 4}, -1, 0, 0, 2);
    Tensor values = Tensor.floats(new long[] {1, 5}, -2, 0, 1, 2, 3);
    Parity.on("v", values, 1, -1)
        .and("x", normal(1, 3, 6), -1, 6)
        .and("t", ints(0, 3, 5), -1)
        .check(
            tf ->
                Map.of(
                    "lower",
                    tf.op("LowerBound", sorted, tf.in("v")),
                    "upper",
                    tf.op("UpperBound", sorted, tf.in("v")),
                    "in",
                    tf.op("InTopKV2", tf.in("x"), tf.in("t"), whole(2)),
                    "bins",
                    tf.op(
                        "HistogramFixedWidth",
                        tf.in("x"),
                        Tensor.floats(new long[] {2}, -1, 1),
                        whole(4)),
                    "logs",
                    tf.op("CumulativeLogsumexp", tf.in("x"), whole(1)),
                    "others",
                    tf.op(
                        "CumulativeLogsumexp",
                        Map.of("exclusive", false, "reverse", true),
                        tf.in("x"),
                        whole(1))));
  }

  @Test
  void uniqueNumbers_comeInTheOrderOfTheFirst_withPlacesAndCounts() {
    Tensor x = Tensor.ofLongs(ElementType.INT32, new long[] {7}, i -> "3145131".charAt(i));
    OnnxModel model =
        Parity.on("x", x, -1)
            .check(
                tf -> {
                  Operation u = tf.operation("UniqueWithCounts", Map.of(), tf.in("x"));
                  return Map.of("y", u.output(0), "at", u.output(1), "count", u.output(2));
                });
    assertEquals(1, model.operatorCounts().get("Unique"));
  }

  @Test
  void partitions_areTakenApartAndPutTogether() {
    Parity.on("x", normal(1, 5, 2), -1, 2)
        .and("p", ints(1, 0, 1, 1, 0), -1)
        .check(
            tf -> {
              Operation parts =
                  tf.operation(
                      "DynamicPartition", Map.of("num_partitions", 2), tf.in("x"), tf.in("p"));
              Output<?> together =
                  tf.op(
                      "DynamicStitch",
                      List.of(ints(1, 4), ints(0, 2, 3)),
                      List.of(parts.output(0), parts.output(1)));
              return Map.of("none", parts.output(0), "one", parts.output(1), "all", together);
            });
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void fakeQuantisation_agrees(boolean narrow) {
    Map<String, Object> bits = Map.of("num_bits", 4, "narrow_range", narrow);
    Parity.on("x", uniform(1, -3, 3, 4, 3), -1, 3)
        .check(
            tf ->
                Map.of(
                    "args",
                    tf.op(
                        "FakeQuantWithMinMaxArgs",
                        Map.of("min", -1.3f, "max", 2f, "num_bits", 4, "narrow_range", narrow),
                        tf.in("x")),
                    "vars",
                    tf.op("FakeQuantWithMinMaxVars", bits, tf.in("x"), number(-1), number(2.2)),
                    "channels",
                    tf.op(
                        "FakeQuantWithMinMaxVarsPerChannel",
                        bits,
                        tf.in("x"),
                        Tensor.floats(new long[] {3}, -1, 0, -2),
                        Tensor.floats(new long[] {3}, 1, 0, 2.5f))));
  }

  @Test
  void determinantsAndCrossProducts_agree() {
    Parity.on("x", normal(1, 2, 3, 3), -1, 3, 3)
        .check(
            tf -> {
              Operation logs = tf.operation("LogMatrixDeterminant", Map.of(), tf.in("x"));
              return Map.of(
                  "det", tf.op("MatrixDeterminant", tf.in("x")),
                  "sign", logs.output(0),
                  "log", logs.output(1),
                  "cross", tf.op("Cross", tf.in("x"), tf.op("Tanh", tf.in("x"))));
            });
  }

  @ParameterizedTest
  @CsvSource({"INT32", "INT64", "UINT8"})
  void bits_agree_inEveryOperatorSet(ElementType type) {
    long sign = type.isUnsigned() ? 0 : 100;
    Tensor a = Tensor.ofLongs(type, new long[] {2, 4}, i -> i * 29L - sign);
    Tensor b = Tensor.ofLongs(type, new long[] {4}, i -> 7L * i - sign / 10);
    Tensor by = Tensor.ofLongs(type, new long[] {4}, i -> i);
    Parity.on("a", a, -1, 4)
        .and("b", b)
        .and("n", by)
        .check(
            tf ->
                Map.of(
                    "and", tf.op("BitwiseAnd", tf.in("a"), tf.in("b")),
                    "or", tf.op("BitwiseOr", tf.in("a"), tf.in("b")),
                    "xor", tf.op("BitwiseXor", tf.in("a"), tf.in("b")),
                    "not", tf.op("Invert", tf.in("a")),
                    "left", tf.op("LeftShift", tf.in("a"), tf.in("n")),
                    "right", tf.op("RightShift", tf.in("a"), tf.in("n")),
                    "set", tf.op("PopulationCount", tf.in("a"))));
  }

  @Test
  void sequencesAreTurnedToTheirLengths_andRolledByNumbersFromOutside() {
    Tensor lengths = Tensor.ofLongs(ElementType.INT64, new long[] {3}, i -> i + 1);
    Parity.on("x", normal(1, 3, 4, 2), -1, -1, 2)
        .and("n", lengths, -1)
        .and("s", ints(-2), 1)
        .check(
            tf ->
                Map.of(
                    "first",
                    tf.op("ReverseSequence", Map.of("seq_dim", 1), tf.in("x"), tf.in("n")),
                    "last",
                    tf.op(
                        "ReverseSequence",
                        Map.of("seq_dim", 0, "batch_dim", 2),
                        tf.in("x"),
                        ints(3, 2)),
                    "rolled",
                    tf.op("Roll", tf.in("x"), tf.in("s"), ints(1))));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void pooledPlaces_areCountedAsTensorFlowDoes(boolean batch) {
    Parity.on("x", normal(1, 2, 5, 6, 3), -1, 5, 6, 3)
        .check(
            tf -> {
              Operation pool =
                  tf.operation(
                      "MaxPoolWithArgmax",
                      Map.of(
                          "ksize",
                          new long[] {1, 2, 3, 1},
                          "strides",
                          new long[] {1, 2, 2, 1},
                          "padding",
                          "SAME",
                          "include_batch_in_index",
                          batch),
                      tf.in("x"));
              return Map.of("y", pool.output(0), "at", pool.output(1));
            });
  }

  @Test
  void normOfTheBatch_givesItsMeanAndVariance() {
    Parity.on("x", normal(1, 3, 4, 5, 2), -1, 4, 5, 2)
        .check(
            tf -> {
              Tensor none = Tensor.floats(new long[] {0});
              Operation norm =
                  tf.operation(
                      "FusedBatchNormV3",
                      Map.of("is_training", true),
                      tf.in("x"),
                      Tensor.floats(new long[] {2}, 1, 2),
                      Tensor.floats(new long[] {2}, 0.1f, 0.2f),
                      none,
                      none);
              return Map.of("y", norm.output(0), "mean", norm.output(1), "var", norm.output(2));
            });
  }

  @Test
  void randomNumbers_lieWhereTheyShould() {
    OnnxModel model =
        TfToOnnx.convert(
            Parity.on("x", normal(1, 500, 4), -1, 4)
                .model(
                    tf -> {
                      Output<?> shape = tf.op("Shape", tf.in("x"));
                      return Map.of(
                          "cut",
                          tf.op("TruncatedNormal", Map.of("dtype", DataType.DT_FLOAT), shape),
                          "whole",
                          tf.op("RandomUniformInt", shape, whole(-3), whole(5)),
                          "drawn",
                          tf.op("Multinomial", tf.in("x"), whole(6)),
                          "mixed",
                          tf.op("RandomShuffle", tf.in("x")));
                    }),
            ConvertOptions.defaults());
    Tensor x = normal(1, 500, 4);
    Map<String, Tensor> out = Ort.run(model, Map.of("x", x));
    Tensor cut = out.get("cut");
    double squares = 0;
    for (int i = 0; i < cut.size(); i++) {
      assertTrue(Math.abs(cut.doubleAt(i)) <= 2.0001, () -> "cut " + cut);
      squares += cut.doubleAt(i) * cut.doubleAt(i) / cut.size();
    }
    // The variance of a normal cut at 2 is 0.774; 2,000 numbers stray by 0.02.
    assertEquals(0.774, squares, 0.1);
    boolean[] seen = new boolean[8];
    for (long v : out.get("whole").toLongs()) {
      seen[(int) v + 3] = true;
    }
    for (boolean s : seen) {
      assertTrue(s);
    }
    for (long v : out.get("drawn").toLongs()) {
      assertTrue(v >= 0 && v < 4, () -> "drawn " + v);
    }
    double before = 0;
    double after = 0;
    for (int i = 0; i < x.size(); i++) {
      before += x.doubleAt(i);
      after += out.get("mixed").doubleAt(i);
    }
    assertEquals(before, after, 1e-3);
    assertFalse(x.equals(out.get("mixed")));
  }
}
