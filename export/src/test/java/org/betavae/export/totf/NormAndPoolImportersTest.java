package org.betavae.export.totf;

import static org.betavae.export.ElementType.FLOAT32;
import static org.betavae.export.ElementType.INT64;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import org.betavae.export.OnnxNet;
import org.betavae.export.Tensor;
import org.betavae.export.TfModel;
import org.betavae.export.TfTensors;
import org.betavae.export.tf.TfNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Importers of norms, pooling and softmax, TensorFlow beside ONNX Runtime. */
class NormAndPoolImportersTest {
  private static final Tensor IMAGE = TfTensors.normal(1, 2, 4, 9, 7);

  private static OnnxNet net(Tensor x, int opset) {
    return new OnnxNet(opset).in("x", x).out("y", FLOAT32);
  }

  private static OnnxNet batchNorm(Tensor x) {
    return net(x, 15)
        .constant("scale", TfTensors.normal(2, 4))
        .constant("bias", TfTensors.normal(3, 4))
        .constant("mean", TfTensors.normal(4, 4))
        .constant("variance", TfTensors.uniform(5, 0.5, 2, 4))
        .node("BatchNormalization(x,scale,bias,mean,variance) -> y", "epsilon", 1e-3f);
  }

  @Test
  void batchNorm_keepsItsStatisticsAsStateAndTrainsTheRest() {
    TfModel tf = batchNorm(IMAGE).check();
    TfNode norm =
        tf.graph().nodes().stream()
            .filter(n -> n.op().equals("FusedBatchNormV3"))
            .findFirst()
            .orElseThrow();
    for (int i = 1; i < 5; i++) {
      TfNode.Variable kind = i < 3 ? TfNode.Variable.TRAINABLE : TfNode.Variable.STATE;
      assertSame(kind, norm.inputs().get(i).node().variable(), "input " + i);
    }
    assertEquals("variance", norm.inputs().get(4).node().name());
  }

  @Test
  void batchNorm_ofVectorsSequencesAndVolumes_agrees() {
    batchNorm(TfTensors.normal(1, 3, 4)).check();
    batchNorm(TfTensors.normal(1, 3, 4, 5)).check();
    batchNorm(TfTensors.normal(1, 2, 4, 3, 2, 5)).check();
  }

  @Test
  void instanceAndGroupNorm_agree() {
    net(IMAGE, 17)
        .constant("s", TfTensors.normal(2, 4))
        .constant("b", TfTensors.normal(3, 4))
        .node("InstanceNormalization(x,s,b) -> y")
        .check();
    for (int opset : new int[] {18, 21}) {
      net(IMAGE, opset)
          .constant("s", TfTensors.normal(2, opset == 18 ? 2 : 4))
          .constant("b", TfTensors.normal(3, opset == 18 ? 2 : 4))
          .node("GroupNormalization(x,s,b) -> y", "num_groups", 2)
          .checkDeclared();
    }
  }

  @ParameterizedTest
  @CsvSource({"-1,7", "1,4"})
  void layerNorm_agrees(long axis, long size) {
    long[] shape = axis == -1 ? new long[] {size} : new long[] {4, 9, 7};
    net(IMAGE, 17)
        .constant("s", TfTensors.normal(2, shape))
        .constant("b", TfTensors.normal(3, shape))
        .out("m", FLOAT32)
        .node("LayerNormalization(x,s,b) -> y,m", "axis", axis)
        .check();
  }

  @Test
  void otherNorms_agree() {
    net(IMAGE, 23).constant("s", TfTensors.normal(2, 7)).node("RMSNormalization(x,s) -> y").check();
    net(IMAGE, 17).node("LpNormalization(x) -> y", "axis", 1).check();
    net(IMAGE, 17).node("LpNormalization(x) -> y", "p", 1).check();
    net(IMAGE, 17).node("MeanVarianceNormalization(x) -> y").check();
    net(IMAGE, 17).node("LRN(x) -> y", "size", 3, "alpha", 0.5f).check();
  }

  @ParameterizedTest
  @ValueSource(strings = {"Softmax", "LogSoftmax", "Hardmax"})
  void softmax_alongAnyAxis_agrees(String op) {
    for (long axis : new long[] {-1, 1, 0}) {
      net(IMAGE, 13).node(op + "(x) -> y", "axis", axis).check();
    }
    net(IMAGE, 11).node(op + "(x) -> y").check();
  }

  @ParameterizedTest
  @CsvSource({"1,0,0", "2,0,0", "2,1,0", "2,1,1", "3,0,1"})
  void pooling_agrees(long stride, long pad, long ceil) {
    for (String op : new String[] {"MaxPool", "AveragePool", "LpPool"}) {
      net(IMAGE, 19)
          .node(
              op + "(x) -> y",
              "kernel_shape",
              new long[] {3, 2},
              "strides",
              new long[] {stride, stride},
              "pads",
              new long[] {pad, 0, pad, 1},
              "ceil_mode",
              ceil)
          .checkDeclared();
    }
  }

  @Test
  void maxPool_givesIndicesOfTheImage_andUnpoolPutsThemBack() {
    net(TfTensors.normal(1, 2, 4, 8, 6), 17)
        .out("i", INT64)
        .out("z", FLOAT32)
        .node("MaxPool(x) -> y,i", "kernel_shape", new long[] {2, 2}, "strides", new long[] {2, 2})
        .node(
            "MaxUnpool(y,i) -> z", "kernel_shape", new long[] {2, 2}, "strides", new long[] {2, 2})
        .checkDeclared();
  }

  @Test
  void pooling_withGapsPaddingCountedAndOtherDimensions_agrees() {
    for (String op : new String[] {"MaxPool", "AveragePool"}) {
      net(IMAGE, 19)
          .node(
              op + "(x) -> y",
              "kernel_shape",
              new long[] {3, 2},
              "dilations",
              new long[] {2, 2},
              "pads",
              new long[] {1, 1, 1, 1})
          .checkDeclared();
      net(IMAGE, 19)
          .node(op + "(x) -> y", "kernel_shape", new long[] {3, 3}, "auto_pad", "SAME_UPPER")
          .checkDeclared();
      net(TfTensors.normal(1, 2, 3, 11), 19)
          .node(
              op + "(x) -> y",
              "kernel_shape",
              new long[] {3},
              "strides",
              new long[] {2},
              "pads",
              new long[] {1, 1})
          .checkDeclared();
      net(TfTensors.normal(1, 2, 3, 5, 6, 4), 19)
          .node(op + "(x) -> y", "kernel_shape", new long[] {2, 3, 2})
          .checkDeclared();
    }
    net(IMAGE, 19)
        .node(
            "AveragePool(x) -> y",
            "kernel_shape",
            new long[] {3, 3},
            "pads",
            new long[] {1, 1, 1, 1},
            "count_include_pad",
            1)
        .check();
  }

  @ParameterizedTest
  @ValueSource(strings = {"GlobalMaxPool", "GlobalAveragePool", "GlobalLpPool"})
  void globalPooling_agrees(String op) {
    net(IMAGE, 17).node(op + "(x) -> y").check();
  }
}
