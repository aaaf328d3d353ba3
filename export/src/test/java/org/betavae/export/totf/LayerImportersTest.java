package org.betavae.export.totf;

import static org.betavae.export.ElementType.FLOAT32;
import static org.betavae.export.ElementType.INT64;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.betavae.export.ElementType;
import org.betavae.export.OnnxNet;
import org.betavae.export.Tensor;
import org.betavae.export.TfModel;
import org.betavae.export.TfTensors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Importers of layers, TensorFlow beside ONNX Runtime. */
class LayerImportersTest {
  private static final Tensor IMAGE = TfTensors.normal(1, 2, 4, 9, 7);

  private static OnnxNet net(Tensor x) {
    return new OnnxNet(17).in("x", x).out("y", FLOAT32);
  }

  private static OnnxNet conv(long[] weights) {
    return net(IMAGE)
        .constant("w", TfTensors.normal(2, weights))
        .constant("b", TfTensors.normal(3, weights[0]));
  }

  @ParameterizedTest
  @CsvSource({"1,1,0", "2,1,1", "1,2,2", "2,2,1"})
  void conv_withStridesDilationsAndPads_agrees(long stride, long dilation, long pad) {
    TfModel tf =
        conv(new long[] {6, 4, 3, 2})
            .node(
                "Conv(x,w,b) -> y",
                "strides",
                new long[] {stride, stride},
                "dilations",
                new long[] {dilation, dilation},
                "pads",
                new long[] {pad, 0, pad, 1})
            .check();
    assertEquals(1, tf.graph().operatorCounts().get("Conv2D"));
    assertEquals(1, tf.graph().operatorCounts().get("BiasAdd"));
    assertEquals(2, tf.graph().operatorCounts().get("Transpose"));
  }

  /** TensorFlow fuses the three and would then lose explicit paddings, and end the process. */
  @ParameterizedTest
  @CsvSource({"1,1,1", "2,0,1", "2,1,0", "1,0,2"})
  void depthwiseConv_withBiasAndRelu6_hasNoExplicitPadding(long stride, long before, long after) {
    TfModel tf =
        conv(new long[] {4, 1, 3, 3})
            .constant("low", Tensor.scalar(FLOAT32, 0))
            .constant("high", Tensor.scalar(FLOAT32, 6))
            .node(
                "Conv(x,w,b) -> c",
                "group",
                4,
                "strides",
                new long[] {stride, stride},
                "pads",
                new long[] {before, before, after, after})
            .node("Clip(c,low,high) -> y")
            .checkDeclared();
    assertEquals(1, tf.graph().operatorCounts().get("Relu6"));
    tf.graph()
        .forEachNode(
            n -> assertTrue(!n.op().startsWith("Dep") || !n.has("explicit_paddings"), n.name()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"SAME_UPPER", "SAME_LOWER", "VALID"})
  void conv_withAutoPad_agrees(String pad) {
    conv(new long[] {6, 4, 4, 2})
        .node("Conv(x,w,b) -> y", "strides", new long[] {2, 3}, "auto_pad", pad)
        .checkDeclared();
  }

  @ParameterizedTest
  @CsvSource({"1,1,1", "2,2,1", "2,1,1", "1,1,2"})
  void conv_ofEveryChannelByItself_isDepthwise(long down, long across, long dilation) {
    TfModel tf =
        net(IMAGE)
            .constant("w", TfTensors.normal(2, 8, 1, 3, 3))
            .node(
                "Conv(x,w) -> y",
                "group",
                4,
                "strides",
                new long[] {down, across},
                "dilations",
                new long[] {dilation, dilation},
                "pads",
                new long[] {1, 1, 1, 1})
            .checkDeclared();
    assertEquals(1, tf.graph().operatorCounts().get("DepthwiseConv2dNative"));
  }

  @Test
  void conv_inGroups_isOneConvolutionEach() {
    TfModel tf =
        net(IMAGE)
            .constant("w", TfTensors.normal(2, 6, 2, 3, 3))
            .node("Conv(x,w) -> y", "group", 2)
            .check();
    assertEquals(2, tf.graph().operatorCounts().get("Conv2D"));
  }

  @Test
  void conv_ofOneAndOfThreeDimensions_agrees() {
    net(TfTensors.normal(1, 2, 3, 12))
        .constant("w", TfTensors.normal(2, 4, 3, 3))
        .node("Conv(x,w) -> y", "strides", new long[] {2}, "pads", new long[] {1, 2})
        .check();
    net(TfTensors.normal(1, 2, 3, 7, 6, 5))
        .constant("w", TfTensors.normal(2, 4, 3, 3, 2, 2))
        .node(
            "Conv(x,w) -> y",
            "strides",
            new long[] {2, 1, 1},
            "dilations",
            new long[] {2, 1, 1},
            "pads",
            new long[] {1, 0, 0, 1, 1, 0})
        .checkDeclared();
  }

  @ParameterizedTest
  @CsvSource({"1,0,0,1", "2,1,0,1", "2,1,1,1", "3,0,2,1", "2,1,1,2"})
  void convTranspose_agrees(long stride, long pad, long more, long dilation) {
    TfModel tf =
        net(IMAGE)
            .constant("w", TfTensors.normal(2, 4, 3, 3, 4))
            .constant("b", TfTensors.normal(3, 3))
            .node(
                "ConvTranspose(x,w,b) -> y",
                "strides",
                new long[] {stride, stride},
                "pads",
                new long[] {pad, pad, pad, pad},
                "output_padding",
                new long[] {more, more},
                "dilations",
                new long[] {dilation, dilation})
            .check();
    assertEquals(1, tf.graph().operatorCounts().get("Conv2DBackpropInput"));
  }

  @Test
  void convTranspose_inGroupsOfOneDimensionAndOfThree_agrees() {
    net(IMAGE)
        .constant("w", TfTensors.normal(2, 4, 2, 3, 3))
        .node("ConvTranspose(x,w) -> y", "group", 2, "strides", new long[] {2, 2})
        .checkDeclared();
    net(TfTensors.normal(1, 2, 3, 6))
        .constant("w", TfTensors.normal(2, 3, 4, 4))
        .node("ConvTranspose(x,w) -> y", "strides", new long[] {2}, "pads", new long[] {1, 1})
        .checkDeclared();
    net(TfTensors.normal(1, 1, 2, 3, 4, 3))
        .constant("w", TfTensors.normal(2, 2, 3, 3, 3, 3))
        .node(
            "ConvTranspose(x,w) -> y",
            "strides",
            new long[] {2, 1, 2},
            "pads",
            new long[] {1, 0, 1, 1, 1, 0})
        .checkDeclared();
  }

  @Test
  void convTranspose_withAnOutputShape_agrees() {
    net(IMAGE)
        .constant("w", TfTensors.normal(2, 4, 3, 3, 3))
        .node(
            "ConvTranspose(x,w) -> y",
            "strides",
            new long[] {2, 2},
            "output_shape",
            new long[] {18, 14})
        .checkDeclared();
  }

  @Test
  void gemm_withScalesAndTransposedSides_agrees() {
    net(TfTensors.normal(1, 5, 3))
        .constant("w", TfTensors.normal(2, 4, 5))
        .constant("b", TfTensors.normal(3, 4))
        .node("Gemm(x,w,b) -> y", "transA", 1, "transB", 1, "alpha", 0.5f, "beta", 2f)
        .check();
    TfModel tf =
        net(TfTensors.normal(1, 3, 5))
            .constant("w", TfTensors.normal(2, 4, 5))
            .constant("b", TfTensors.normal(3, 4))
            .node("Gemm(x,w,b) -> y", "transB", 1)
            .check();
    assertEquals(
        Map.of("BiasAdd", 1, "Const", 2, "MatMul", 1, "Placeholder", 1),
        tf.graph().operatorCounts());
  }

  @Test
  void matMul_ofMatricesStacksAndVectors_agrees() {
    for (long[] w : new long[][] {{5, 4}, {2, 5, 4}, {5}}) {
      net(TfTensors.normal(1, 2, 3, 5))
          .constant("w", TfTensors.normal(2, w))
          .node("MatMul(x,w) -> y")
          .check();
    }
    net(TfTensors.normal(1, 5))
        .constant("w", TfTensors.normal(2, 5, 4))
        .node("MatMul(x,w) -> y")
        .check();
  }

  @ParameterizedTest
  @ValueSource(strings = {"bij,bjk->bik", "bij,bkj", "...i,...i->...", "bij->jb", "bij,bij,bij->b"})
  void einsum_agrees(String equation) {
    String terms =
        equation.contains("->") ? equation.substring(0, equation.indexOf("->")) : equation;
    int count = terms.split(",").length;
    String inputs = count == 1 ? "x" : count == 2 ? "x,w" : "x,w,x";
    net(TfTensors.normal(1, 2, 3, 3))
        .constant("w", TfTensors.normal(2, 2, 3, 3))
        .node("Einsum(" + inputs + ") -> y", "equation", equation)
        .checkDeclared();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Relu",
        "Sigmoid",
        "Tanh",
        "Softplus",
        "Softsign",
        "LeakyRelu",
        "Elu",
        "Selu",
        "Celu",
        "HardSigmoid",
        "HardSwish",
        "Mish",
        "ThresholdedRelu",
        "Shrink"
      })
  void activation_agrees(String op) {
    TfModel tf = new OnnxNet(18).in("x", IMAGE).node(op + "(x) -> y").out("y", FLOAT32).check();
    assertFalse(tf.graph().operatorCounts().containsKey("Transpose"));
  }

  @Test
  void activation_withSettings_agrees() {
    net(IMAGE).node("Elu(x) -> y", "alpha", 0.5f).check();
    net(IMAGE).node("Celu(x) -> y", "alpha", 2f).check();
    net(IMAGE).node("Selu(x) -> y", "alpha", 2f, "gamma", 1.5f).check();
    net(IMAGE).node("LeakyRelu(x) -> y", "alpha", 0.3f).check();
    new OnnxNet(20).in("x", IMAGE).node("Gelu(x) -> y").out("y", FLOAT32).check();
    new OnnxNet(20)
        .in("x", IMAGE)
        .node("Gelu(x) -> y", "approximate", "tanh")
        .out("y", FLOAT32)
        .check();
    net(IMAGE).constant("s", TfTensors.normal(4, 4, 1, 1)).node("PRelu(x,s) -> y").check();
    net(IMAGE)
        .constant("low", Tensor.scalar(FLOAT32, -0.5))
        .constant("high", Tensor.scalar(FLOAT32, 0.7))
        .node("Clip(x,low,high) -> y")
        .check();
    net(IMAGE)
        .constant("low", Tensor.scalar(FLOAT32, 0))
        .constant("high", Tensor.scalar(FLOAT32, 6))
        .node("Clip(x,low,high) -> y")
        .check();
  }

  @Test
  void depthToSpaceAndBack_agrees() {
    net(TfTensors.normal(1, 2, 8, 3, 5))
        .node("DepthToSpace(x) -> y", "blocksize", 2)
        .checkDeclared();
    net(TfTensors.normal(1, 2, 8, 3, 5))
        .node("DepthToSpace(x) -> y", "blocksize", 2, "mode", "CRD")
        .checkDeclared();
    net(TfTensors.normal(1, 2, 3, 4, 6))
        .node("SpaceToDepth(x) -> y", "blocksize", 2)
        .checkDeclared();
  }

  @ParameterizedTest
  @ValueSource(strings = {"constant", "reflect", "edge"})
  void pad_agrees(String mode) {
    net(IMAGE)
        .constant("p", Tensor.longs(0, 1, 2, 0, 0, 0, 1, 3))
        .node("Pad(x,p) -> y", "mode", mode)
        .check();
  }

  @Test
  void pad_withAValueNegativeNumbersAndPaddingsFed_agrees() {
    net(IMAGE)
        .constant("p", Tensor.longs(0, 0, -2, 1, 0, 0, 1, -1))
        .constant("v", Tensor.scalar(FLOAT32, 0.5))
        .node("Pad(x,p,v) -> y")
        .check();
    for (String mode : new String[] {"constant", "reflect", "edge"}) {
      net(IMAGE)
          .in("p", Tensor.longs(0, 1, 2, 0, 0, 0, 1, 3))
          .node("Pad(x,p) -> y", "mode", mode)
          .check();
    }
  }

  @Test
  void dropout_doesNothingWhereItDoesNotTrain() {
    TfModel tf = net(IMAGE).out("m", ElementType.BOOL).node("Dropout(x) -> y,m").check();
    assertFalse(tf.graph().operatorCounts().containsKey("RandomUniform"));
  }

  @Test
  void losses_agree() {
    Tensor target = Tensor.ofLongs(INT64, new long[] {2, 5}, i -> i % 3);
    for (String op : new String[] {"SoftmaxCrossEntropyLoss", "NegativeLogLikelihoodLoss"}) {
      for (String reduction : new String[] {"none", "sum", "mean"}) {
        net(TfTensors.normal(1, 2, 3, 5))
            .in("t", target)
            .constant("w", TfTensors.uniform(2, 0.5, 2, 3))
            .node(op + "(x,t,w) -> y", "reduction", reduction, "ignore_index", 1)
            .check();
      }
    }
  }
}
