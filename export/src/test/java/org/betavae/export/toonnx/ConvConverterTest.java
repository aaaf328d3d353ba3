package org.betavae.export.toonnx;

import static org.betavae.export.Parity.operators;
import static org.betavae.export.TfTensors.ints;
import static org.betavae.export.TfTensors.normal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Map;
import org.betavae.export.ConversionException;
import org.betavae.export.ConvertOptions;
import org.betavae.export.OnnxModel;
import org.betavae.export.Parity;
import org.betavae.export.TfToOnnx;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.exceptions.TFUnimplementedException;

/** Convolutions of both directions against TensorFlow. */
final class ConvConverterTest {
  private static final Map<String, Integer> ONE_CONV = operators("Transpose", 2, "Conv", 1);

  private static Map<String, Object> attributes(long stride, long dilation, String padding) {
    return Map.of(
        "strides",
        new long[] {1, stride, stride, 1},
        "dilations",
        new long[] {1, dilation, dilation, 1},
        "padding",
        padding);
  }

  @ParameterizedTest
  @CsvSource({
    "1,1,SAME",
    "2,1,SAME",
    "3,1,SAME",
    "1,2,SAME",
    "2,1,VALID",
    "1,2,VALID",
    "4,1,VALID"
  })
  void conv2D_agrees(long stride, long dilation, String padding) {
    for (long kernel = 1; kernel <= 4; kernel++) {
      long k = kernel;
      OnnxModel model =
          Parity.on("x", normal(1, 2, 7, 10, 3), -1, 7, 10, 3)
              .check(
                  tf ->
                      Map.of(
                          "y",
                          tf.op(
                              "Conv2D",
                              attributes(stride, dilation, padding),
                              tf.in("x"),
                              normal(2, k, 2, 3, 5))));
      assertEquals(ONE_CONV, model.operatorCounts());
    }
  }

  @Test
  void conv2D_ofUnknownSize_padsAtRunTime() {
    OnnxModel model =
        Parity.on("x", normal(1, 2, 9, 6, 3), -1, -1, -1, 3)
            .check(
                tf ->
                    Map.of(
                        "y",
                        tf.op(
                            "Conv2D",
                            attributes(2, 1, "SAME"),
                            tf.in("x"),
                            normal(2, 3, 3, 3, 4))));
    assertEquals(ONE_CONV, model.operatorCounts());
  }

  @Test
  void conv2D_withExplicitPadding_agrees() {
    Map<String, Object> attributes =
        Map.of(
            "strides",
            new long[] {1, 2, 1, 1},
            "padding",
            "EXPLICIT",
            "explicit_paddings",
            new long[] {0, 0, 2, 1, 0, 3, 0, 0});
    Parity.on("x", normal(1, 2, 7, 5, 3), -1, 7, 5, 3)
        .check(tf -> Map.of("y", tf.op("Conv2D", attributes, tf.in("x"), normal(2, 3, 3, 3, 4))));
  }

  @Test
  void conv2D_ofGroups_agrees() {
    OnnxModel model =
        Parity.on("x", normal(1, 2, 6, 6, 6), -1, 6, 6, 6)
            .check(
                tf ->
                    Map.of(
                        "y",
                        tf.op(
                            "Conv2D",
                            attributes(1, 1, "SAME"),
                            tf.in("x"),
                            normal(2, 3, 3, 2, 9))));
    assertEquals(ONE_CONV, model.operatorCounts());
  }

  @ParameterizedTest
  @CsvSource({"1,1,SAME", "2,1,SAME", "1,2,VALID"})
  void depthwise_agrees(long stride, long dilation, String padding) {
    try {
      OnnxModel model =
          Parity.on("x", normal(1, 2, 7, 8, 3), -1, 7, 8, 3)
              .check(
                  tf ->
                      Map.of(
                          "y",
                          tf.op(
                              "DepthwiseConv2dNative",
                              attributes(stride, dilation, padding),
                              tf.in("x"),
                              normal(2, 3, 3, 3, 2))));
      assertEquals(ONE_CONV, model.operatorCounts());
    } catch (TFUnimplementedException e) {
      // oneDNN's kernel, which TensorFlow takes on processors with AVX-512, has dilations.
      assumeTrue(dilation == 1, "TensorFlow's own kernel has no dilations: " + e.getMessage());
      throw e;
    }
  }

  @Test
  void conv3D_agrees() {
    Map<String, Object> attributes =
        Map.of("strides", new long[] {1, 2, 1, 2, 1}, "padding", "SAME");
    OnnxModel model =
        Parity.on("x", normal(1, 2, 5, 4, 6, 3), -1, 5, 4, 6, 3)
            .check(
                tf ->
                    Map.of("y", tf.op("Conv3D", attributes, tf.in("x"), normal(2, 3, 2, 3, 3, 4))));
    assertEquals(ONE_CONV, model.operatorCounts());
  }

  @ParameterizedTest
  @CsvSource({
    "4,2,5,10,SAME",
    "3,2,5,10,SAME",
    "3,2,5,9,SAME",
    "2,2,4,8,SAME",
    "1,2,4,8,SAME",
    "2,3,4,12,SAME",
    "3,1,5,5,SAME",
    "5,3,3,8,SAME",
    "4,2,5,12,VALID",
    "4,2,5,13,VALID",
    "2,3,3,8,VALID"
  })
  void convTranspose_agreesForEverySizeThatTheStrideGives(
      long kernel, long stride, long from, long to, String padding) {
    OnnxModel model =
        Parity.on("x", normal(1, 2, from, from, 6), -1, from, from, 6)
            .check(
                tf ->
                    Map.of(
                        "y",
                        tf.op(
                            "Conv2DBackpropInput",
                            attributes(stride, 1, padding),
                            ints(2, to, to, 5),
                            normal(2, kernel, kernel, 5, 6),
                            tf.in("x"))));
    assertEquals(operators("Transpose", 2, "ConvTranspose", 1), model.operatorCounts());
  }

  @Test
  void convTranspose_ofComputedSize_hasConstantPads() {
    OnnxModel model =
        Parity.on("x", normal(1, 3, 4, 4, 6), -1, 4, 4, 6)
            .check(
                tf -> {
                  var shape = tf.op("Shape", tf.in("x"));
                  var batch =
                      tf.op(
                          "StridedSlice",
                          Map.of("shrink_axis_mask", 1),
                          shape,
                          ints(0),
                          ints(1),
                          ints(1));
                  var height =
                      tf.op(
                          "StridedSlice",
                          Map.of("shrink_axis_mask", 1),
                          shape,
                          ints(1),
                          ints(2),
                          ints(1));
                  var doubled = tf.op("Mul", height, org.betavae.export.TfTensors.integer(2));
                  var sizes =
                      tf.op(
                          "Pack",
                          java.util.List.of(
                              batch, doubled, doubled, org.betavae.export.TfTensors.integer(5)));
                  return Map.of(
                      "y",
                      tf.op(
                          "Conv2DBackpropInput",
                          attributes(2, 1, "SAME"),
                          sizes,
                          normal(2, 4, 4, 5, 6),
                          tf.in("x")));
                });
    assertEquals(operators("Transpose", 2, "ConvTranspose", 1), model.operatorCounts());
  }

  @Test
  void convTranspose_ofUnknownImageSize_agrees() {
    OnnxModel model =
        Parity.on("x", normal(1, 3, 4, 5, 2), -1, -1, -1, 2)
            .check(
                tf -> {
                  var shape = tf.op("Shape", tf.in("x"));
                  var sizes = tf.op("Mul", shape, ints(1, 2, 2, 1));
                  return Map.of(
                      "y",
                      tf.op(
                          "Conv2DBackpropInput",
                          attributes(2, 1, "SAME"),
                          sizes,
                          normal(2, 4, 4, 2, 2),
                          tf.in("x")));
                });
    assertEquals(operators("Transpose", 2, "ConvTranspose", 1), model.operatorCounts());
  }

  @Test
  void convTranspose_ofSizeFromOutside_isRefusedByName() {
    var model =
        Parity.on("x", normal(1, 1, 4, 4, 2), -1, 4, 4, 2)
            .and("size", ints(1, 8, 8, 2))
            .model(
                tf ->
                    Map.of(
                        "y",
                        tf.op(
                            "Conv2DBackpropInput",
                            attributes(2, 1, "SAME"),
                            tf.in("size"),
                            normal(2, 4, 4, 2, 2),
                            tf.in("x"))));
    ConversionException e =
        assertThrows(
            ConversionException.class, () -> TfToOnnx.convert(model, ConvertOptions.defaults()));
    assertTrue(
        e.getMessage().contains("Conv2DBackpropInput (node 'Conv2DBackpropInput_"), e.getMessage());
    assertTrue(e.getMessage().contains("computed at run time"), e.getMessage());
  }

  @Test
  void conv_withComputedFilter_agrees() {
    OnnxModel model =
        Parity.on("x", normal(1, 2, 5, 5, 3), -1, 5, 5, 3)
            .and("w", normal(2, 3, 3, 3, 4))
            .check(
                tf ->
                    Map.of("y", tf.op("Conv2D", attributes(1, 1, "SAME"), tf.in("x"), tf.in("w"))));
    assertEquals(operators("Transpose", 3, "Conv", 1), model.operatorCounts());
  }
}
