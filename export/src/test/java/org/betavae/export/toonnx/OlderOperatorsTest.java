package org.betavae.export.toonnx;

import static org.betavae.export.SavedModelBuilder.node;
import static org.betavae.export.TfTensors.integer;
import static org.betavae.export.TfTensors.ints;
import static org.betavae.export.TfTensors.normal;
import static org.betavae.export.TfTensors.uniform;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.betavae.export.ConvertOptions;
import org.betavae.export.ElementType;
import org.betavae.export.OnnxModel;
import org.betavae.export.Ort;
import org.betavae.export.Parity;
import org.betavae.export.SavedModelBuilder;
import org.betavae.export.Tensor;
import org.betavae.export.TfModel;
import org.betavae.export.TfToOnnx;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;

/** Operators that old graphs hold in place of their newer versions, and seldom ones. */
final class OlderOperatorsTest {
  @TempDir Path folder;

  @Test
  void oldBatchMatMulAndBiasAdd_agree() {
    Parity.on("x", normal(1, 2, 3, 4), -1, 3, 4)
        .and("y", normal(2, 2, 5, 4), -1, 5, 4)
        .check(
            tf -> {
              var product = tf.op("BatchMatMul", Map.of("adj_y", true), tf.in("x"), tf.in("y"));
              return Map.of("product", product, "sum", tf.op("BiasAddV1", product, normal(3, 5)));
            });
  }

  @Test
  void transposedConvolutionOfVolumes_agrees() {
    Map<String, Object> attributes =
        Map.of("strides", new long[] {1, 2, 2, 1, 1}, "padding", "SAME");
    Parity.on("x", normal(1, 2, 2, 3, 2, 3), 2, 2, 3, 2, 3)
        .check(
            tf ->
                Map.of(
                    "y",
                    tf.op(
                        "Conv3DBackpropInputV2",
                        attributes,
                        ints(2, 4, 6, 2, 4),
                        normal(2, 3, 2, 1, 4, 3),
                        tf.in("x"))));
  }

  @ParameterizedTest
  @ValueSource(strings = {"FusedBatchNorm", "FusedBatchNormV2"})
  void earlierBatchNorms_agree(String op) {
    Parity.on("x", normal(1, 4, 5, 6, 3), -1, 5, 6, 3)
        .check(
            tf ->
                Map.of(
                    "y",
                    tf.op(
                        op,
                        Map.of("epsilon", 0.01f, "is_training", false),
                        tf.in("x"),
                        uniform(2, 0.5, 2, 3),
                        normal(3, 3),
                        normal(4, 3),
                        uniform(5, 0.1, 2, 3))));
  }

  @Test
  void oldDiagonals_agree() {
    Parity.on("x", normal(1, 2, 4, 4), -1, 4, 4)
        .and("d", normal(2, 2, 4), -1, 4)
        .and("v", normal(3, 4))
        .check(
            tf ->
                Map.of(
                    "part", tf.op("MatrixDiagPart", tf.in("x")),
                    "set", tf.op("MatrixSetDiag", tf.in("x"), tf.in("d")),
                    "made", tf.op("Diag", tf.in("v"))));
  }

  @Test
  void maximumOfPoolsWithPlaces_isConvertedWithoutThem() {
    Map<String, Object> attributes =
        Map.of(
            "ksize",
            new long[] {1, 2, 2, 1},
            "strides",
            new long[] {1, 2, 2, 1},
            "padding",
            "SAME");
    Parity.on("x", normal(1, 2, 5, 6, 3), -1, 5, 6, 3)
        .check(tf -> Map.of("y", tf.op("MaxPoolWithArgmax", attributes, tf.in("x"))));
  }

  @Test
  void shapesThatAreRequired_pass() {
    var shape = org.tensorflow.ndarray.Shape.of(-1, 3);
    Parity.on("x", normal(1, 2, 3), -1, 3)
        .check(tf -> Map.of("y", tf.op("EnsureShape", Map.of("shape", shape), tf.in("x"))));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "TensorScatterAdd",
        "TensorScatterSub",
        "TensorScatterMax",
        "TensorScatterMin",
        "TensorScatterUpdate"
      })
  void scatteredIntoATensor_agrees_whereNoPlaceIsTakenTwice(String op) {
    // ONNX's ScatterND adds from operator set 16 on, and takes the larger or smaller from 18 on.
    int[] opsets =
        op.endsWith("Max") || op.endsWith("Min") ? new int[] {18, 21} : new int[] {16, 17};
    Tensor places = Tensor.ofLongs(ElementType.INT32, new long[] {2, 1}, i -> 3 - 2 * i);
    Parity.on("x", normal(1, 5, 4), 5, 4)
        .and("u", normal(2, 2, 4), 2, 4)
        .check(tf -> Map.of("y", tf.op(op, tf.in("x"), places, tf.in("u"))), opsets);
  }

  @Test
  void numbersBetweenBorders_areCounted() {
    Tensor x = Tensor.floats(new long[] {7}, -2, 0, 0.5f, 1, 3, 10, 11);
    Parity.on("x", x, -1)
        .check(tf -> Map.of("y", tf.op("Bucketize", Map.of("boundaries", BORDERS), tf.in("x"))));
  }

  private static final float[] BORDERS = {0, 1, 10};

  @Test
  void statelessUniformNumbers_haveTheirShapeAndRange() {
    TfModel tfModel =
        Parity.on("x", normal(1, 500, 4), -1, 4)
            .model(
                tf -> {
                  var shape = tf.op("Shape", tf.in("x"));
                  var seed = tf.operation("StatelessRandomGetKeyCounter", Map.of(), ints(1, 2));
                  return Map.of(
                      "first",
                      tf.op(
                          "StatelessRandomUniform",
                          Map.of("dtype", DataType.DT_FLOAT),
                          shape,
                          ints(1, 2)),
                      "second",
                      tf.op(
                          "StatelessRandomUniformV2",
                          Map.of("dtype", DataType.DT_FLOAT),
                          shape,
                          seed.output(0),
                          seed.output(1),
                          integer(1)));
                });
    OnnxModel model = TfToOnnx.convert(tfModel, ConvertOptions.defaults());
    Map<String, Tensor> got = Ort.run(model, Map.of("x", normal(1, 500, 4)));
    for (String name : new String[] {"first", "second"}) {
      Tensor drawn = got.get(name);
      assertEquals("[500, 4]", Arrays.toString(drawn.shape()), name);
      double sum = 0;
      for (int i = 0; i < drawn.size(); i++) {
        assertTrue(drawn.doubleAt(i) >= 0 && drawn.doubleAt(i) < 1, name);
        sum += drawn.doubleAt(i);
      }
      // The mean of 2,000 numbers is off by 0.0065 one time in three; five times that never is.
      assertEquals(0.5, sum / drawn.size(), 0.033, name);
    }
  }

  @Test
  void rowsOfAVariable_areLookedUp() {
    Tensor table = normal(1, 5, 2);
    Map<String, AttrValue> none = Map.of();
    Path model =
        new SavedModelBuilder()
            .placeholder("x", -1, 2)
            .variable("table", "table", table)
            .add(
                SavedModelBuilder.constant("rows", ints(3, 0)),
                SavedModelBuilder.constant(
                    "places", Tensor.ofLongs(ElementType.INT32, new long[] {1, 2}, i -> 4 - 3 * i)),
                node("ResourceGather", "gathered", none, "table", "rows"),
                node("ResourceGatherNd", "one", none, "table", "places"),
                node("AddV2", "sum", none, "x", "gathered"))
            .input("s", "x", "x:0", -1, 2)
            .output("s", "sum", "sum:0", -1, 2)
            .output("s", "one", "one:0", 1)
            .write(folder, 1);
    OnnxModel onnx = TfToOnnx.convert(TfModel.ofSavedModel(model), ConvertOptions.defaults());
    Map<String, Tensor> got =
        Ort.run(onnx, Map.of("x", Tensor.floats(new long[] {2, 2}, 0, 0, 0, 0)));
    for (int i = 0; i < 4; i++) {
      assertEquals(table.doubleAt(i < 2 ? 6 + i : i - 2), got.get("sum").doubleAt(i), 0);
    }
    assertEquals(table.doubleAt(4 * 2 + 1), got.get("one").doubleAt(0), 0);
  }
}
