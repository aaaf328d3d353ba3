package org.betavae.export.toonnx;

import static org.betavae.export.Parity.operators;
import static org.betavae.export.TfTensors.normal;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.betavae.export.ConvertOptions;
import org.betavae.export.ElementType;
import org.betavae.export.OnnxModel;
import org.betavae.export.Parity;
import org.betavae.export.Parity.Net;
import org.betavae.export.Tensor;
import org.betavae.export.TfToOnnx;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.Output;

/** Activations and norms that TensorFlow writes as several operators, and the one they become. */
final class ExpressionRewritesTest {
  private static final Tensor X = normal(3, 2, 6, 8);

  private static Tensor number(double v) {
    return Tensor.scalar(ElementType.FLOAT32, v);
  }

  private static Map<String, Integer> at(int opset, Net net) {
    return Parity.on("x", X, -1, 6, 8).check(net, opset).operatorCounts();
  }

  @Test
  void geluByErfc_isGeluFrom20_andTheUsualFormBefore() {
    Net net =
        tf ->
            Map.of(
                "y",
                tf.op(
                    "Mul",
                    tf.op("Mul", number(0.5), tf.in("x")),
                    tf.op("Erfc", tf.op("Mul", tf.op("Neg", tf.in("x")), number(Math.sqrt(0.5))))));
    assertEquals(operators("Gelu", 1), at(20, net));
    assertEquals(operators("Div", 1, "Erf", 1, "Add", 1, "Mul", 2), at(17, net));
    assertEquals(operators("Div", 1, "Erf", 1, "Add", 1, "Mul", 2), at(13, net));
  }

  @Test
  void geluByErf_isGeluFrom20_andStaysBefore() {
    Net net =
        tf ->
            Map.of(
                "y",
                tf.op(
                    "Mul",
                    tf.op("Mul", number(0.5), tf.in("x")),
                    tf.op(
                        "AddV2",
                        number(1),
                        tf.op("Erf", tf.op("RealDiv", tf.in("x"), number(1.4142))))));
    assertEquals(operators("Gelu", 1), at(21, net));
    assertEquals(operators("Div", 1, "Erf", 1, "Add", 1, "Mul", 2), at(17, net));
  }

  @Test
  void geluByTanh_isGeluFrom20() {
    Net net =
        tf -> {
          Output<?> x = tf.in("x");
          Output<?> cubic = tf.op("Mul", number(0.044715), tf.op("Pow", x, number(3)));
          Output<?> inner = tf.op("Mul", number(Math.sqrt(2 / Math.PI)), tf.op("AddV2", x, cubic));
          Output<?> gate = tf.op("AddV2", number(1), tf.op("Tanh", inner));
          return Map.of("y", tf.op("Mul", tf.op("Mul", number(0.5), x), gate));
        };
    assertEquals(operators("Gelu", 1), at(20, net));
    assertEquals(operators("Mul", 4, "Pow", 1, "Add", 2, "Tanh", 1), at(17, net));
  }

  @Test
  void productThatOnlyLooksLikeGelu_stays() {
    Net net =
        tf ->
            Map.of(
                "y",
                tf.op(
                    "Mul",
                    tf.op("Mul", number(0.7), tf.in("x")),
                    tf.op("Erfc", tf.op("Mul", tf.in("x"), number(-Math.sqrt(0.5))))));
    assertNull(at(20, net).get("Gelu"));
  }

  @Test
  void mish_isMishFrom18() {
    Net net =
        tf -> Map.of("y", tf.op("Mul", tf.in("x"), tf.op("Tanh", tf.op("Softplus", tf.in("x")))));
    assertEquals(operators("Mish", 1), at(18, net));
    assertEquals(operators("Softplus", 1, "Tanh", 1, "Mul", 1), at(17, net));
  }

  @Test
  void swish_keepsNoFactorOfOne() {
    Net net =
        tf ->
            Map.of(
                "y",
                tf.op("Mul", tf.in("x"), tf.op("Sigmoid", tf.op("Mul", number(1), tf.in("x")))));
    assertEquals(operators("Sigmoid", 1, "Mul", 1), at(17, net));
  }

  private static Output<?> relu6(Parity.Builder tf) {
    return tf.op("Relu6", tf.op("AddV2", tf.in("x"), number(3)));
  }

  @Test
  void hardSigmoid_byRelu6AndByClipping_isOneOperator() {
    assertEquals(
        operators("HardSigmoid", 1),
        at(17, tf -> Map.of("y", tf.op("RealDiv", relu6(tf), number(6)))));
    assertEquals(
        operators("HardSigmoid", 1),
        at(13, tf -> Map.of("y", tf.op("Mul", relu6(tf), number(1 / 6f)))));
    Net clipped =
        tf -> {
          Output<?> line = tf.op("AddV2", tf.op("Mul", tf.in("x"), number(0.2)), number(0.5));
          return Map.of("y", tf.op("Relu6", line), "z", tf.op("Tanh", line));
        };
    assertNull(at(17, clipped).get("HardSigmoid"));
  }

  @Test
  void hardSwish_isOneOperatorFrom14() {
    Net net = tf -> Map.of("y", tf.op("Mul", tf.in("x"), tf.op("Mul", relu6(tf), number(1 / 6.0))));
    assertEquals(operators("HardSwish", 1), at(14, net));
    assertEquals(operators("HardSigmoid", 1, "Mul", 1), at(13, net));
  }

  private static Tensor axes(int... axes) {
    return Tensor.ofLongs(ElementType.INT32, new long[] {axes.length}, i -> axes[i]);
  }

  private static Output<?> mean(Parity.Builder tf, Output<?> x, Tensor axes) {
    return tf.op("Mean", Map.of("keep_dims", true), x, axes);
  }

  private static Output<?> inverse(Parity.Builder tf, Output<?> x, Output<?> mean, Tensor axes) {
    Output<?> variance = mean(tf, tf.op("SquaredDifference", x, mean), axes);
    return tf.op("Rsqrt", tf.op("AddV2", variance, number(1e-3)));
  }

  /** As Keras 3 writes it: x s + (bias - mean s), s = scale / deviation. */
  private static Output<?> keras(
      Parity.Builder tf, Output<?> x, Tensor axes, Tensor scale, Tensor bias) {
    Output<?> mean = mean(tf, x, axes);
    Output<?> s = inverse(tf, x, mean, axes);
    s = scale == null ? s : tf.op("Mul", s, scale);
    Output<?> rest = tf.op("Mul", tf.op("Neg", mean), s);
    rest = bias == null ? rest : tf.op("AddV2", rest, bias);
    return tf.op("AddV2", tf.op("Mul", x, s), rest);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void layerNormByKeras_isOneOperatorFrom17(boolean affine) {
    Tensor scale = affine ? normal(4, 8) : null;
    Tensor bias = affine ? normal(5, 8) : null;
    Net net = tf -> Map.of("y", keras(tf, tf.in("x"), axes(2), scale, bias));
    assertEquals(operators("LayerNormalization", 1), at(17, net));
    assertNull(at(13, net).get("LayerNormalization"));
  }

  @Test
  void layerNormOfTwoAxes_isOneOperator() {
    Net net = tf -> Map.of("y", keras(tf, tf.in("x"), axes(1, 2), normal(4, 6, 8), normal(5, 8)));
    assertEquals(operators("LayerNormalization", 1), at(17, net));
  }

  @Test
  void layerNormByHand_takesScaleAndBiasIn() {
    Net net =
        tf -> {
          Output<?> x = tf.in("x");
          Output<?> mean = mean(tf, x, axes(-1));
          Output<?> y = tf.op("Mul", tf.op("Sub", x, mean), inverse(tf, x, mean, axes(-1)));
          return Map.of("y", tf.op("AddV2", tf.op("Mul", y, normal(4, 8)), normal(5, 8)));
        };
    assertEquals(operators("LayerNormalization", 1), at(17, net));
  }

  @Test
  void normOfAnotherAxis_isLeftAsItIs() {
    Net net = tf -> Map.of("y", keras(tf, tf.in("x"), axes(1), null, null));
    assertNull(at(17, net).get("LayerNormalization"));
  }

  @Test
  void instanceNormBetweenConvolutions_isOneOperator() {
    Tensor w = normal(6, 3, 3, 4, 4);
    Map<String, Object> attributes = Map.of("strides", new long[] {1, 1, 1, 1}, "padding", "SAME");
    OnnxModel model =
        Parity.on("x", normal(3, 2, 6, 5, 4), -1, 6, 5, 4)
            .within(1e-4) // sums over 36 products of values around 1, twice
            .check(
                tf -> {
                  Output<?> x = tf.op("Conv2D", attributes, tf.in("x"), w);
                  Output<?> y = keras(tf, x, axes(1, 2), normal(4, 4), normal(5, 4));
                  return Map.of("y", tf.op("Conv2D", attributes, y, w));
                });
    assertEquals(
        operators("Transpose", 2, "Conv", 2, "InstanceNormalization", 1), model.operatorCounts());
  }

  @Test
  void groupNormBetweenConvolutions_needsNoTranspose() {
    Tensor w = normal(6, 3, 3, 4, 4);
    Map<String, Object> attributes = Map.of("strides", new long[] {1, 1, 1, 1}, "padding", "SAME");
    OnnxModel model =
        Parity.on("x", normal(3, 2, 6, 5, 4), -1, 6, 5, 4)
            .within(1e-4) // sums over 36 products of values around 1, twice
            .check(
                tf -> {
                  Output<?> x = tf.op("Conv2D", attributes, tf.in("x"), w);
                  Output<?> groups = tf.op("Reshape", x, axes(-1, 6, 5, 2, 2));
                  Output<?> y =
                      keras(
                          tf,
                          groups,
                          axes(1, 2, 4),
                          normal(4, 1, 1, 1, 2, 2),
                          normal(5, 1, 1, 1, 2, 2));
                  return Map.of(
                      "y", tf.op("Conv2D", attributes, tf.op("Reshape", y, axes(-1, 6, 5, 4)), w));
                });
    assertEquals(
        operators(
            "Transpose",
            2,
            "Conv",
            2,
            "Reshape",
            2,
            "InstanceNormalization",
            1,
            "Mul",
            1,
            "Add",
            1),
        model.operatorCounts());
  }

  /** The order of tokens and features is its own opposite, and came back for ever. */
  @Test
  void mixingOfTokens_isConvertedInTheEnd() {
    Net net =
        tf -> {
          Output<?> x = tf.in("x");
          for (int i = 0; i < 3; i++) {
            Output<?> turned = tf.op("Transpose", x, axes(0, 2, 1));
            Output<?> mixed = tf.op("BatchMatMulV2", turned, normal(i, 6, 6));
            Output<?> back = tf.op("Transpose", mixed, axes(0, 2, 1));
            x = tf.op("AddV2", tf.op("Tanh", back), tf.op("Sigmoid", x));
          }
          return Map.of("y", x);
        };
    Parity parity = Parity.on("x", X, -1, 6, 8);
    assertTimeoutPreemptively(
        Duration.ofSeconds(30),
        () -> TfToOnnx.convert(parity.model(net), ConvertOptions.defaults()));
    parity.check(net);
  }

  @Test
  void tokensOfAConvolution_areNormalisedAlongTheLastAxis() {
    Tensor w = normal(6, 2, 2, 3, 8);
    Map<String, Object> patches = Map.of("strides", new long[] {1, 2, 2, 1}, "padding", "VALID");
    OnnxModel model =
        Parity.on("x", normal(3, 2, 4, 6, 3), -1, 4, 6, 3)
            .check(
                tf -> {
                  Output<?> x = tf.op("Conv2D", patches, tf.in("x"), w);
                  Output<?> tokens = tf.op("Reshape", x, axes(-1, 6, 8));
                  Output<?> places = tf.op("AddV2", tokens, normal(9, 1, 6, 8));
                  Output<?> normal = keras(tf, places, axes(2), normal(4, 8), normal(5, 8));
                  return Map.of("y", tf.op("AddV2", places, normal));
                });
    assertEquals(1, model.operatorCounts().get("LayerNormalization"));
    assertEquals(2, model.operatorCounts().get("Transpose"));
  }

  @Test
  void sameGraph_givesTheSameBytes() {
    Parity parity = Parity.on("x", X, -1, 6, 8);
    Net net = tf -> Map.of("y", keras(tf, tf.in("x"), axes(2), normal(4, 8), normal(5, 8)));
    List<byte[]> both =
        List.of(
            TfToOnnx.convert(parity.model(net), ConvertOptions.defaults()).toBytes(),
            TfToOnnx.convert(parity.model(net), ConvertOptions.defaults()).toBytes());
    assertArrayEquals(both.get(0), both.get(1));
  }
}
