package org.betavae.export.toonnx;

import static org.betavae.export.Parity.operators;
import static org.betavae.export.TfTensors.integer;
import static org.betavae.export.TfTensors.ints;
import static org.betavae.export.TfTensors.normal;
import static org.betavae.export.TfTensors.uniform;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.ConvertOptions;
import org.betavae.export.ElementType;
import org.betavae.export.OnnxModel;
import org.betavae.export.Parity;
import org.betavae.export.Tensor;
import org.betavae.export.TfModel;
import org.betavae.export.TfToOnnx;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.Output;

/** What the rewrites make of networks: the same outputs, and no node more than needed. */
final class RewritesTest {
  private static final ConvertOptions FIRST =
      ConvertOptions.defaults().withInputsAsNchw(Set.of("x")).withOutputsAsNchw(Set.of("y"));

  private static Output<?> conv(Parity.Builder tf, Output<?> x, long seed, long in, long out) {
    return tf.op(
        "Conv2D",
        Map.of("strides", new long[] {1, 1, 1, 1}, "padding", "SAME"),
        x,
        normal(seed, 3, 3, in, out));
  }

  private static Output<?> up(
      Parity.Builder tf, Output<?> x, long seed, int to, long in, long out) {
    return tf.op(
        "Conv2DBackpropInput",
        Map.of("strides", new long[] {1, 2, 2, 1}, "padding", "SAME"),
        ints(2, to, to, out),
        normal(seed, 4, 4, out, in),
        x);
  }

  private static Parity images() {
    return Parity.on("x", normal(1, 2, 6, 6, 3), -1, 6, 6, 3).within(1e-4);
  }

  @Test
  void biasActivationAndScale_goIntoTheConvolution() {
    OnnxModel model =
        images()
            .with(FIRST)
            .check(
                tf -> {
                  var y = tf.op("BiasAdd", conv(tf, tf.in("x"), 2, 3, 4), normal(3, 4));
                  y = tf.op("Mul", y, normal(4, 4));
                  y =
                      tf.op(
                          "Sub",
                          tf.op("AddV2", normal(5, 1, 1, 4), y),
                          Tensor.scalar(ElementType.FLOAT32, 0.5));
                  y = tf.op("Sub", normal(6, 4), tf.op("RealDiv", y, uniform(7, 1, 2, 4)));
                  return Map.of("y", tf.op("Relu", y));
                });
    assertEquals(operators("Conv", 1, "Relu", 1), model.operatorCounts());
  }

  @Test
  void batchNorm_goesIntoTheConvolutionBeforeIt() {
    OnnxModel model =
        images()
            .with(FIRST)
            .check(
                tf -> {
                  var y = conv(tf, tf.in("x"), 2, 3, 4);
                  y =
                      tf.op(
                          "FusedBatchNormV3",
                          Map.of("epsilon", 0.01f, "is_training", false),
                          y,
                          uniform(2, 0.5, 2, 4),
                          normal(3, 4),
                          normal(4, 4),
                          uniform(5, 0.1, 2, 4));
                  return Map.of("y", up(tf, tf.op("LeakyRelu", y), 6, 12, 4, 2));
                });
    assertEquals(operators("Conv", 1, "LeakyRelu", 1, "ConvTranspose", 1), model.operatorCounts());
  }

  @Test
  void zeroPadding_goesIntoTheConvolutionBehindIt() {
    OnnxModel model =
        images()
            .with(FIRST)
            .check(tf -> Map.of("y", conv(tf, tf.op("Pad", tf.in("x"), border()), 2, 3, 4)));
    assertEquals(operators("Conv", 1), model.operatorCounts());
    OnnxModel ones =
        images()
            .with(FIRST)
            .check(
                tf ->
                    Map.of(
                        "y",
                        conv(
                            tf,
                            tf.op(
                                "PadV2",
                                tf.in("x"),
                                border(),
                                Tensor.scalar(ElementType.FLOAT32, 1)),
                            2,
                            3,
                            4)));
    assertEquals(operators("Pad", 1, "Conv", 1), ones.operatorCounts());
  }

  @Test
  void convolutionThatOthersReadToo_keepsItsOwnOutput() {
    OnnxModel model =
        images()
            .check(
                tf -> {
                  var y = conv(tf, tf.in("x"), 2, 3, 4);
                  return Map.of("plain", y, "scaled", tf.op("Mul", y, normal(4, 4)));
                });
    assertEquals(1, model.operatorCounts().get("Mul"));
  }

  @Test
  void residualAndJoinedBranches_needNoTranspose() {
    OnnxModel model =
        images()
            .with(FIRST)
            .check(
                tf -> {
                  var a = tf.op("Relu", conv(tf, tf.in("x"), 2, 3, 4));
                  var b = tf.op("AddV2", a, tf.op("Tanh", conv(tf, a, 3, 4, 4)));
                  var joined = tf.op("ConcatV2", List.of(a, b, b), integer(3));
                  var pooled =
                      tf.op(
                          "MaxPool",
                          Map.of(
                              "ksize",
                              new long[] {1, 2, 2, 1},
                              "strides",
                              new long[] {1, 2, 2, 1},
                              "padding",
                              "SAME"),
                          joined);
                  return Map.of("y", conv(tf, tf.op("Pad", pooled, border()), 4, 12, 2));
                });
    assertNull(model.operatorCounts().get("Transpose"));
  }

  private static Tensor border() {
    long[] values = {0, 0, 1, 2, 3, 0, 0, 0};
    return Tensor.ofLongs(ElementType.INT32, new long[] {4, 2}, i -> values[i]);
  }

  @Test
  void squeezeAndExcite_needsNoTranspose() {
    OnnxModel model =
        images()
            .with(FIRST)
            .check(
                tf -> {
                  var a = conv(tf, tf.in("x"), 2, 3, 4);
                  var mean = tf.op("Mean", a, ints(1, 2));
                  var gate = tf.op("Sigmoid", tf.op("MatMul", mean, normal(3, 4, 4)));
                  return Map.of("y", tf.op("Mul", a, tf.op("Reshape", gate, ints(-1, 1, 1, 4))));
                });
    assertNull(model.operatorCounts().get("Transpose"), model.operatorCounts()::toString);
  }

  @Test
  void channelWiseOperators_workOnTheOtherAxis() {
    OnnxModel model =
        images()
            .with(FIRST)
            .check(
                tf -> {
                  var a = conv(tf, tf.in("x"), 2, 3, 4);
                  var parts =
                      tf.operation(
                          "Split", Map.of("num_split", 2), integer(3), tf.op("Softmax", a));
                  var left = tf.op("Slice", parts.output(0), ints(0, 1, 0, 0), ints(-1, 4, -1, -1));
                  var right =
                      tf.op(
                          "StridedSlice",
                          Map.of("begin_mask", 13, "end_mask", 13),
                          parts.output(1),
                          ints(0, 1, 0, 0),
                          ints(0, 5, 0, 0),
                          ints(1, 1, 1, 1));
                  var sum =
                      tf.op(
                          "Cumsum",
                          tf.op("Tile", tf.op("AddV2", left, right), ints(1, 1, 2, 1)),
                          integer(2));
                  return Map.of(
                      "y",
                      tf.op("Sub", sum, tf.op("Max", Map.of("keep_dims", true), sum, ints(-1))));
                });
    assertNull(model.operatorCounts().get("Transpose"), model.operatorCounts()::toString);
  }

  @Test
  void convolutionsOfOneDimension_areThatAndNeedNoTransposeBetweenThem() {
    Map<String, Object> attributes = Map.of("strides", new long[] {1, 1, 1, 1}, "padding", "SAME");
    Map<String, Object> pool =
        Map.of(
            "ksize",
            new long[] {1, 1, 2, 1},
            "strides",
            new long[] {1, 1, 2, 1},
            "padding",
            "SAME");
    Map<String, Object> first = Map.of("squeeze_dims", new long[] {1});
    OnnxModel model =
        Parity.on("x", normal(1, 2, 16, 3), -1, 16, 3)
            .within(1e-4)
            .check(
                tf -> {
                  Output<?> y = tf.in("x");
                  for (int i = 0; i < 3; i++) {
                    var line =
                        tf.op(
                            "Conv2D",
                            attributes,
                            tf.op("ExpandDims", y, integer(1)),
                            normal(i, 1, 3, 3, 3));
                    y =
                        tf.op(
                            "Relu", tf.op("BiasAdd", tf.op("Squeeze", first, line), normal(9, 3)));
                    y =
                        tf.op(
                            "Squeeze",
                            first,
                            tf.op("MaxPool", pool, tf.op("ExpandDims", y, integer(1))));
                  }
                  return Map.of("y", y);
                });
    assertEquals(
        operators("Transpose", 2, "Conv", 3, "Relu", 3, "MaxPool", 3), model.operatorCounts());
  }

  @Test
  void dilationBySpaceAndBatch_isOneConvolution() {
    Map<String, Object> plain = Map.of("strides", new long[] {1, 1, 1, 1}, "padding", "VALID");
    OnnxModel model =
        images()
            .with(FIRST)
            .check(
                tf -> {
                  var parts = tf.op("SpaceToBatchND", tf.in("x"), ints(2, 2), matrix(2, 2, 2, 2));
                  var y =
                      tf.op(
                          "BatchToSpaceND",
                          tf.op("Conv2D", plain, parts, normal(2, 3, 3, 3, 4)),
                          ints(2, 2),
                          matrix(0, 0, 0, 0));
                  return Map.of("y", tf.op("BiasAdd", y, normal(3, 4)));
                });
    assertEquals(operators("Conv", 1), model.operatorCounts());
    OnnxModel line =
        Parity.on("x", normal(1, 2, 9, 3), -1, 9, 3)
            .check(
                tf -> {
                  var parts = tf.op("SpaceToBatchND", tf.in("x"), ints(2), matrix(4, 1));
                  var conv =
                      tf.op(
                          "Conv2D",
                          plain,
                          tf.op("ExpandDims", parts, integer(1)),
                          normal(2, 1, 3, 3, 4));
                  var joined = tf.op("Squeeze", Map.of("squeeze_dims", new long[] {1}), conv);
                  return Map.of("y", tf.op("BatchToSpaceND", joined, ints(2), matrix(0, 1)));
                });
    assertEquals(operators("Transpose", 2, "Conv", 1), line.operatorCounts());
  }

  private static Tensor matrix(long... values) {
    return Tensor.ofLongs(ElementType.INT32, new long[] {values.length / 2, 2}, i -> values[i]);
  }

  @Test
  void flattenBeforeDense_isTakenIntoTheWeights() {
    OnnxModel model =
        images()
            .with(ConvertOptions.defaults().withInputsAsNchw(Set.of("x")))
            .check(
                tf -> {
                  var flat = tf.op("Reshape", conv(tf, tf.in("x"), 2, 3, 4), ints(-1, 144));
                  var scaled = tf.op("Tanh", tf.op("Mul", flat, normal(3, 144)));
                  Map<String, Output<?>> out = new LinkedHashMap<>();
                  out.put("mean", tf.op("MatMul", scaled, normal(4, 144, 5)));
                  out.put("log_var", tf.op("MatMul", scaled, normal(5, 144, 5)));
                  return out;
                });
    assertEquals(
        operators("Conv", 1, "Reshape", 1, "Mul", 1, "Tanh", 1, "MatMul", 2),
        model.operatorCounts());
  }

  @Test
  void flattenThatIsAlsoAnOutput_keepsItsOrder() {
    OnnxModel model =
        images()
            .with(ConvertOptions.defaults().withInputsAsNchw(Set.of("x")))
            .check(
                tf -> {
                  var flat = tf.op("Reshape", conv(tf, tf.in("x"), 2, 3, 4), ints(-1, 144));
                  return Map.of("flat", flat, "dense", tf.op("MatMul", flat, normal(4, 144, 5)));
                });
    assertEquals(1, model.operatorCounts().get("Transpose"));
  }

  @Test
  void denseBeforeUnflatten_takesTheOrderIn_alsoThroughSwish() {
    OnnxModel model =
        Parity.on("x", normal(1, 2, 5), -1, 5)
            .with(ConvertOptions.defaults().withOutputsAsNchw(Set.of("y")))
            .within(1e-4)
            .check(
                tf -> {
                  var h =
                      tf.op(
                          "BiasAdd", tf.op("MatMul", tf.in("x"), normal(2, 5, 72)), normal(3, 72));
                  h = tf.op("Mul", h, tf.op("Sigmoid", h));
                  var image = tf.op("Reshape", h, ints(-1, 3, 3, 8));
                  image = tf.op("Mul", image, tf.op("Sigmoid", image));
                  return Map.of("y", up(tf, image, 4, 6, 8, 2));
                });
    assertEquals(
        operators("Gemm", 1, "Sigmoid", 2, "Mul", 2, "Reshape", 1, "ConvTranspose", 1),
        model.operatorCounts());
  }

  @Test
  void imageInputOfTwoBranches_isTransposedOnce() {
    OnnxModel model =
        images()
            .check(
                tf -> {
                  var scaled =
                      tf.op(
                          "Sub",
                          tf.op("Mul", tf.in("x"), Tensor.scalar(ElementType.FLOAT32, 2)),
                          Tensor.scalar(ElementType.FLOAT32, 1));
                  var a = tf.op("Mean", conv(tf, scaled, 2, 3, 4), ints(1, 2));
                  var b = tf.op("Mean", conv(tf, tf.in("x"), 3, 3, 4), ints(1, 2));
                  return Map.of("y", tf.op("AddV2", a, b));
                });
    assertEquals(1, model.operatorCounts().get("Transpose"));
  }

  @Test
  void repeatedRowsAndColumns_areOneResize() {
    OnnxModel model =
        images()
            .with(FIRST)
            .check(
                tf -> {
                  var rows =
                      tf.op(
                          "Tile",
                          tf.op("ExpandDims", conv(tf, tf.in("x"), 2, 3, 4), integer(2)),
                          ints(1, 1, 2, 1, 1));
                  var tall = tf.op("Reshape", rows, ints(-1, 12, 6, 4));
                  var columns =
                      tf.op("Tile", tf.op("ExpandDims", tall, integer(3)), ints(1, 1, 1, 3, 1));
                  return Map.of(
                      "y", conv(tf, tf.op("Reshape", columns, ints(-1, 12, 18, 4)), 3, 4, 2));
                });
    assertEquals(operators("Conv", 2, "Resize", 1), model.operatorCounts());
  }

  @Test
  void pixelsJoinedToRows_keepTheTransposeAside() {
    OnnxModel model =
        images()
            .with(FIRST)
            .check(
                tf -> {
                  var flat = tf.op("Reshape", conv(tf, tf.in("x"), 2, 3, 4), ints(-1, 36, 4));
                  var normed =
                      tf.op("Sub", flat, tf.op("Mean", Map.of("keep_dims", true), flat, ints(1)));
                  return Map.of(
                      "y", conv(tf, tf.op("Reshape", normed, ints(-1, 6, 6, 4)), 3, 4, 2));
                });
    assertNull(model.operatorCounts().get("Transpose"), model.operatorCounts()::toString);
  }

  @Test
  void equalConstantsAndNodes_areOne() {
    OnnxModel model =
        Parity.on("x", normal(1, 2, 5), -1, 5)
            .check(
                tf -> {
                  Tensor w = normal(2, 5, 5);
                  var a = tf.op("Tanh", tf.op("MatMul", tf.in("x"), w));
                  var b = tf.op("Tanh", tf.op("MatMul", tf.in("x"), w));
                  return Map.of("y", tf.op("MatMul", tf.op("AddV2", a, b), w));
                });
    assertEquals(operators("MatMul", 2, "Tanh", 1, "Add", 1), model.operatorCounts());
    assertEquals(25, model.parameterCount());
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 3})
  void imagesWithOneChannel_needNoTransposeAtAll(long channels) {
    OnnxModel model =
        Parity.on("x", normal(1, 2, 6, 6, channels), -1, 6, 6, channels)
            .within(1e-4)
            .check(tf -> Map.of("y", tf.op("Relu", conv(tf, tf.in("x"), 2, channels, channels))));
    assertEquals(channels == 1 ? null : 2, model.operatorCounts().get("Transpose"));
  }

  @Test
  void outputsThatAreInputsOrConstantsOrEachOther_areCopied() {
    OnnxModel model =
        Parity.on("x", normal(1, 2, 5), -1, 5)
            .check(
                tf -> {
                  var y = tf.op("Relu", tf.in("x"));
                  Map<String, Output<?>> out = new LinkedHashMap<>();
                  out.put("same", tf.op("Identity", tf.in("x")));
                  out.put("fixed", tf.constant(normal(2, 3)));
                  out.put("one", y);
                  out.put("two", y);
                  return out;
                });
    assertEquals(operators("Identity", 3, "Relu", 1), model.operatorCounts());
  }

  @Test
  void names_areThoseOfTheSignatureUnlessRenamed() {
    TfModel tf =
        Parity.on("x", normal(1, 2, 5), -1, 5).model(b -> Map.of("y", b.op("Relu", b.in("x"))));
    OnnxModel model =
        TfToOnnx.convert(
            tf, ConvertOptions.defaults().withRename(Map.of("x", "image", "y", "features")));
    assertEquals("image", model.inputs().get(0).name());
    assertEquals("features", model.outputs().get(0).name());
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> TfToOnnx.convert(tf, ConvertOptions.defaults().withRename(Map.of("y", "x"))));
    assertTrue(e.getMessage().contains("two outputs the name 'x'"), e.getMessage());
  }

  @Test
  void rename_ofAnUnknownName_isRefused() {
    TfModel tf =
        Parity.on("x", normal(1, 2, 5), -1, 5).model(b -> Map.of("y", b.op("Relu", b.in("x"))));
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> TfToOnnx.convert(tf, ConvertOptions.defaults().withRename(Map.of("z", "q"))));
    assertTrue(
        e.getMessage()
            .contains("rename names 'z', expected one of the model's inputs and outputs [x, y]"),
        e.getMessage());
  }

  @Test
  void outputNamedLikeAnInput_getsAnEnding() {
    TfModel tf =
        Parity.on("x", normal(1, 2, 5), -1, 5).model(b -> Map.of("x", b.op("Relu", b.in("x"))));
    assertEquals("x_out", TfToOnnx.convert(tf, ConvertOptions.defaults()).outputs().get(0).name());
  }

  @Test
  void channelsFirst_ofWhatIsNoImage_isRefused() {
    TfModel tf =
        Parity.on("x", normal(1, 2, 5), -1, 5).model(b -> Map.of("y", b.op("Relu", b.in("x"))));
    IllegalArgumentException rank =
        assertThrows(
            IllegalArgumentException.class,
            () -> TfToOnnx.convert(tf, ConvertOptions.defaults().withInputsAsNchw(Set.of("x"))));
    assertTrue(rank.getMessage().contains("'x' of shape [N, 5]"), rank.getMessage());
    IllegalArgumentException name =
        assertThrows(
            IllegalArgumentException.class,
            () -> TfToOnnx.convert(tf, ConvertOptions.defaults().withOutputsAsNchw(Set.of("z"))));
    assertTrue(
        name.getMessage().contains("'z', expected one of the model's outputs [y]"),
        name.getMessage());
  }

  @Test
  void options_thatCannotBe_areRefused() {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> ConvertOptions.defaults().withOpset(12));
    assertTrue(e.getMessage().contains("opset is 12, expected 13 to 21"), e.getMessage());
    assertThrows(
        IllegalArgumentException.class, () -> ConvertOptions.defaults().withGraphName(" "));
  }
}
