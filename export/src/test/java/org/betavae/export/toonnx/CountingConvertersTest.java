package org.betavae.export.toonnx;

import static org.betavae.export.Parity.operators;
import static org.betavae.export.TfTensors.normal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.betavae.export.ConversionException;
import org.betavae.export.ConvertOptions;
import org.betavae.export.ElementType;
import org.betavae.export.OnnxModel;
import org.betavae.export.Parity;
import org.betavae.export.Tensor;
import org.betavae.export.TfToOnnx;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.proto.DataType;

/**
 * Diagonals, bins, patches, running products, and forms of operators that came from real models.
 */
final class CountingConvertersTest {
  private static Tensor ints(int... values) {
    return Tensor.ofLongs(ElementType.INT32, new long[] {values.length}, i -> values[i]);
  }

  private static Tensor one(int value) {
    return Tensor.ofLongs(ElementType.INT32, new long[0], i -> value);
  }

  private static final Tensor ZERO = Tensor.scalar(ElementType.FLOAT32, 0);

  @ParameterizedTest
  @CsvSource({"4,4", "3,5", "5,3"})
  void diagonalOfMatrices_isTakenSetAndMade_alsoOfSizesFromOutside(int rows, int columns) {
    int length = Math.min(rows, columns);
    Parity.on("x", normal(1, 2, rows, columns), -1, -1, -1)
        .and("d", normal(2, 2, length), -1, -1)
        .check(
            tf ->
                Map.of(
                    "part",
                    tf.op("MatrixDiagPartV3", tf.in("x"), one(0), ZERO),
                    "set",
                    tf.op("MatrixSetDiagV3", tf.in("x"), tf.in("d"), one(0)),
                    "made",
                    tf.op("MatrixDiagV3", tf.in("d"), one(0), one(-1), one(-1), ZERO),
                    "old",
                    tf.op("MatrixDiag", tf.in("d"))));
  }

  @ParameterizedTest
  @CsvSource({"1,4,4", "-1,4,4", "2,3,5", "-2,3,5", "1,5,3", "-3,5,3"})
  void otherDiagonals_areTakenSetAndMade(int k, int rows, int columns) {
    int length = Math.min(rows + Math.min(k, 0), columns - Math.max(k, 0));
    Parity.on("x", normal(1, 2, rows, columns), -1, -1, -1)
        .and("d", normal(2, 2, length), -1, -1)
        .check(
            tf ->
                Map.of(
                    "part",
                    tf.op("MatrixDiagPartV3", tf.in("x"), one(k), ZERO),
                    "set",
                    tf.op("MatrixSetDiagV3", tf.in("x"), tf.in("d"), one(k)),
                    "made",
                    tf.op(
                        "MatrixDiagV3",
                        tf.in("d"),
                        one(k),
                        one(-1),
                        one(-1),
                        Tensor.scalar(ElementType.FLOAT32, 7))));
  }

  @Test
  void bandsOfDiagonals_areRefused() {
    Parity parity = Parity.on("x", normal(1, 3, 3));
    ConversionException e =
        assertThrows(
            ConversionException.class,
            () ->
                TfToOnnx.convert(
                    parity.model(
                        tf ->
                            Map.of("y", tf.op("MatrixDiagPartV3", tf.in("x"), ints(-1, 1), ZERO))),
                    ConvertOptions.defaults()));
    assertTrue(
        e.getMessage().contains("it works on diagonals -1 to 1, expected a single one"),
        e::getMessage);
  }

  @Test
  void countsOfNumbers_leaveOutWhatHasNoBin() {
    Tensor none = Tensor.floats(new long[] {0});
    Tensor x = Tensor.ofLongs(ElementType.INT32, new long[] {2, 4}, i -> i % 3L * 2);
    Parity.on("x", x, -1, 4)
        .check(
            tf ->
                Map.of(
                    "counted",
                    tf.op("DenseBincount", tf.in("x"), one(4), none),
                    "seen",
                    tf.op("DenseBincount", Map.of("binary_output", true), tf.in("x"), one(4), none),
                    "weighted",
                    tf.op("DenseBincount", tf.in("x"), one(4), normal(3, 2, 4))));
  }

  @ParameterizedTest
  @ValueSource(strings = {"SAME", "VALID"})
  void patches_areOneConvolution(String padding) {
    OnnxModel model =
        Parity.on("x", normal(1, 2, 7, 6, 3), -1, 7, 6, 3)
            .check(
                tf ->
                    Map.of(
                        "y",
                        tf.op(
                            "ExtractImagePatches",
                            Map.of(
                                "ksizes", new long[] {1, 3, 2, 1},
                                "strides", new long[] {1, 2, 2, 1},
                                "rates", new long[] {1, 1, 2, 1},
                                "padding", padding),
                            tf.in("x"))));
    assertEquals(operators("Transpose", 2, "Conv", 1), model.operatorCounts());
  }

  @ParameterizedTest
  @CsvSource({"false,false", "true,false", "false,true", "true,true"})
  void runningProduct_agrees(boolean exclusive, boolean reverse) {
    Parity.on("x", normal(1, 3, 4, 2), -1, 4, 2)
        .check(
            tf ->
                Map.of(
                    "y",
                    tf.op(
                        "Cumprod",
                        Map.of("exclusive", exclusive, "reverse", reverse),
                        tf.in("x"),
                        one(-2))));
  }

  @Test
  void einsumWithDotsOfDifferentLength_broadcasts() {
    Parity.on("a", normal(1, 5, 2, 3))
        .and("b", normal(2, 6, 1, 3, 4))
        .check(
            tf ->
                Map.of(
                    "y",
                    tf.operation(
                            "Einsum",
                            Map.of("equation", "...ij,...jk->...ik"),
                            java.util.List.of(tf.in("a"), tf.in("b")))
                        .output(0)));
  }

  @ParameterizedTest
  @CsvSource({
    "false,false,10,14",
    "true,false,7,9",
    "false,true,15,21",
    "false,false,3,4",
    "true,false,3,4",
    "false,true,3,4",
    "false,true,1,1"
  })
  void bicubicBetweenKnownSizes_isTensorFlowsToTheLastBit(
      boolean corners, boolean half, int height, int width) {
    OnnxModel model =
        Parity.on("x", normal(1, 2, 5, 7, 3), -1, 5, 7, 3)
            .check(
                tf ->
                    Map.of(
                        "y",
                        tf.op(
                            "ResizeBicubic",
                            Map.of("align_corners", corners, "half_pixel_centers", half),
                            tf.in("x"),
                            ints(height, width))));
    assertEquals(2, model.operatorCounts().get("MatMul"));
  }

  @Test
  void oneHotOfOneNumber_agrees() {
    Parity.on("x", one(2))
        .check(
            tf ->
                Map.of(
                    "y",
                    tf.op(
                        "OneHot",
                        tf.in("x"),
                        one(4),
                        Tensor.scalar(ElementType.FLOAT32, 5),
                        Tensor.scalar(ElementType.FLOAT32, -1))));
  }

  @Test
  void splitOfComputedSizes_agrees() {
    Parity.on("x", normal(1, 4, 3), -1, 3)
        .and("sizes", ints(1, 3))
        .check(
            tf -> {
              org.tensorflow.Operation parts =
                  tf.operation(
                      "SplitV", Map.of("num_split", 2), tf.in("x"), tf.in("sizes"), one(0));
              return Map.of("a", parts.output(0), "b", parts.output(1));
            });
  }

  @Test
  void mirrorOfUnknownSize_agrees() {
    Parity.on("x", normal(1, 3, 4), -1, -1)
        .check(
            tf ->
                Map.of(
                    "y",
                    tf.op(
                        "MirrorPad",
                        Map.of("mode", "SYMMETRIC"),
                        tf.in("x"),
                        Tensor.ofLongs(ElementType.INT32, new long[] {2, 2}, i -> i % 3))));
  }

  @Test
  void productOfBytes_isOfTheTypeThatTensorFlowNames() {
    Map<String, Object> bytes = Map.of("DstT", DataType.DT_INT8);
    Parity.on("a", Tensor.ofLongs(ElementType.INT32, new long[] {2, 3, 4}, i -> i - 12))
        .and("b", Tensor.ofLongs(ElementType.INT32, new long[] {2, 4, 5}, i -> 20 - i))
        .check(
            tf ->
                Map.of(
                    "y",
                    tf.op(
                        "BatchMatMulV3",
                        Map.of("Tout", DataType.DT_INT32),
                        tf.op("Cast", bytes, tf.in("a")),
                        tf.op("Cast", bytes, tf.in("b")))));
  }
}
