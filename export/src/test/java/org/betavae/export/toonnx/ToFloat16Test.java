package org.betavae.export.toonnx;

import static org.betavae.export.TfTensors.ints;
import static org.betavae.export.TfTensors.normal;
import static org.betavae.export.TfTensors.uniform;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.betavae.export.ConvertOptions;
import org.betavae.export.ElementType;
import org.betavae.export.OnnxModel;
import org.betavae.export.Ort;
import org.betavae.export.Parity;
import org.betavae.export.Precision;
import org.betavae.export.Tensor;
import org.betavae.export.TensorSpec;
import org.betavae.export.TfToOnnx;
import org.junit.jupiter.api.Test;

/** Models whose weights and computation become float16. */
final class ToFloat16Test {
  /** Float16 has 11 bits; errors of a few of the last add up through the layers of these tests. */
  private static final double TOLERANCE = 5e-3;

  private static final ConvertOptions HALF =
      ConvertOptions.defaults().withPrecision(Precision.FP16);

  /** Converts in both precisions, runs both and compares; gives the model in float16. */
  private static OnnxModel convert(Parity parity, Parity.Net net, Map<String, Tensor> inputs) {
    OnnxModel full = TfToOnnx.convert(parity.model(net), ConvertOptions.defaults());
    OnnxModel half = TfToOnnx.convert(parity.model(net), HALF);
    assertEquals(full.inputs(), half.inputs());
    assertEquals(
        full.outputs().stream().map(TensorSpec::type).toList(),
        half.outputs().stream().map(TensorSpec::type).toList());
    Map<String, Tensor> wanted = Ort.run(full, inputs);
    Ort.run(half, inputs)
        .forEach(
            (name, got) -> {
              Tensor w = wanted.get(name);
              assertEquals(w.type(), got.type());
              for (int i = 0; i < w.size(); i++) {
                int at = i;
                double a = w.doubleAt(i);
                double b = got.doubleAt(i);
                assertTrue(
                    a == b || Math.abs(a - b) <= TOLERANCE * Math.max(1, Math.abs(a)),
                    () -> name + "[" + at + "] is " + b + ", expected " + a);
              }
            });
    return half;
  }

  private static List<TensorProto> weights(OnnxModel model) {
    try {
      return ModelProto.parseFrom(model.toBytes()).getGraph().getInitializerList();
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }

  private static boolean hasWeight(OnnxModel model, ElementType type) {
    return weights(model).stream().anyMatch(t -> t.getDataType() == type.onnxNumber());
  }

  @Test
  void convNetwork_isFloat16_betweenACastAtEachEnd() {
    Tensor x = uniform(1, 0, 1, 2, 8, 8, 3);
    Map<String, Object> conv =
        Map.of("strides", new long[] {1, 2, 2, 1}, "padding", "SAME", "data_format", "NHWC");
    OnnxModel half =
        convert(
            Parity.on("x", x, -1, 8, 8, 3),
            tf ->
                Map.of(
                    "y",
                    tf.op(
                        "Relu",
                        tf.op(
                            "BiasAdd",
                            tf.op("Conv2D", conv, tf.in("x"), normal(2, 3, 3, 3, 4)),
                            normal(3, 4)))),
            Map.of("x", x));
    assertEquals(2, half.operatorCounts().get("Cast"));
    assertFalse(hasWeight(half, ElementType.FLOAT32));
    assertTrue(hasWeight(half, ElementType.FLOAT16));
    assertEquals(List.of(), half.notes());
  }

  @Test
  void sums_andWhatStandsBetweenThem_stayFloat32() {
    Tensor x = normal(1, 4, 600);
    OnnxModel half =
        convert(
            Parity.on("x", x, -1, 600),
            tf ->
                Map.of(
                    "y",
                    tf.op(
                        "Mul",
                        tf.op("Relu", tf.in("x")),
                        tf.op(
                            "Rsqrt",
                            tf.op(
                                "AddV2",
                                tf.op(
                                    "Mean",
                                    Map.of("keep_dims", true),
                                    tf.op("Square", tf.in("x")),
                                    ints(-1)),
                                Tensor.scalar(ElementType.FLOAT32, 1e-12))))),
            Map.of(
                "x",
                Tensor.ofDoubles(ElementType.FLOAT32, x.shape(), i -> 400 * x.doubleAt(i))
                    .reshape(4, 600)));
    assertTrue(half.notes().get(0).contains("ReduceMean"), half.notes().toString());
  }

  @Test
  void constantsOutsideOfTheRange_stayFloat32_andAreNamed() {
    Tensor x = normal(1, 3, 5);
    OnnxModel half =
        convert(
            Parity.on("x", x, -1, 5),
            tf ->
                Map.of(
                    "large",
                    tf.op("Mul", tf.in("x"), Tensor.scalar(ElementType.FLOAT32, 1e6)),
                    "small",
                    tf.op("MatMul", tf.in("x"), uniform(2, 0, 1e-7, 5, 4))),
            Map.of("x", x));
    String notes = half.notes().toString();
    assertTrue(notes.contains("2 operators stay in float32: MatMul, Mul"), notes);
    assertTrue(notes.contains("1000000.0") && notes.contains("65504"), notes);
  }

  @Test
  void masksOfHugeNumbers_giveNoNaN() {
    Tensor x = normal(1, 3, 5);
    Tensor mask = Tensor.floats(new long[] {5}, 0, -1e9f, -1e9f, -1e9f, -1e9f);
    OnnxModel half =
        convert(
            Parity.on("x", x, -1, 5),
            tf ->
                Map.of(
                    "some",
                    tf.op("Softmax", tf.op("AddV2", tf.in("x"), mask)),
                    "all",
                    tf.op(
                        "Softmax",
                        tf.op("AddV2", tf.in("x"), Tensor.scalar(ElementType.FLOAT32, -1e9)))),
            Map.of("x", x));
    assertTrue(half.notes().get(0).contains("Softmax(2)"), half.notes().toString());
  }

  @Test
  void bounds_thatNoFloat16Passes_areTheLargestFloat16() {
    Tensor x = normal(1, 3, 5);
    OnnxModel half =
        convert(
            Parity.on("x", x, -1, 5),
            tf ->
                Map.of(
                    "y", tf.op("Minimum", tf.in("x"), Tensor.scalar(ElementType.FLOAT32, 3.4e38))),
            Map.of("x", x));
    assertEquals(List.of(), half.notes());
    assertFalse(hasWeight(half, ElementType.FLOAT32));
  }

  @Test
  void sizesAndIndices_areExact() {
    Tensor x = normal(1, 1, 3001);
    OnnxModel half =
        convert(
            Parity.on("x", x, -1, 3001),
            tf ->
                Map.of(
                    "n",
                    tf.op(
                        "Cast",
                        Map.of("DstT", org.tensorflow.proto.DataType.DT_INT64),
                        tf.op(
                            "Mul",
                            tf.op(
                                "Cast",
                                Map.of("DstT", org.tensorflow.proto.DataType.DT_FLOAT),
                                tf.op(
                                    "ArgMax",
                                    Map.of("output_type", org.tensorflow.proto.DataType.DT_INT64),
                                    tf.in("x"),
                                    Tensor.ofLongs(ElementType.INT32, new long[0], i -> 1))),
                            Tensor.scalar(ElementType.FLOAT32, 2)))),
            Map.of("x", Tensor.ofDoubles(ElementType.FLOAT32, x.shape(), i -> i == 2999 ? 9 : 0)));
    assertTrue(half.notes().get(0).contains("Mul"), half.notes().toString());
  }

  @Test
  void otherTypes_stayAsTheyAre() {
    Tensor x = normal(1, 3, 5);
    Tensor wide = Tensor.ofDoubles(ElementType.FLOAT64, new long[] {3, 5}, x::doubleAt);
    OnnxModel half =
        convert(
            Parity.on("x", wide, -1, 5),
            tf -> Map.of("y", tf.op("Tanh", tf.in("x"))),
            Map.of("x", wide));
    assertFalse(half.operatorCounts().containsKey("Cast"));
  }

  @Test
  void everyOperatorSet_isValid_andTheBytesAreTheSameTwice() {
    Tensor x = normal(1, 2, 6);
    Parity parity = Parity.on("x", x, -1, 6);
    Parity.Net net =
        tf -> Map.of("y", tf.op("Sigmoid", tf.op("MatMul", tf.in("x"), normal(2, 6, 3))));
    for (int opset = ConvertOptions.MIN_OPSET; opset <= ConvertOptions.MAX_OPSET; opset++) {
      OnnxModel half = TfToOnnx.convert(parity.model(net), HALF.withOpset(opset));
      assertEquals(6, Ort.run(half, Map.of("x", x)).get("y").size());
      assertTrue(
          Arrays.equals(
              half.toBytes(),
              TfToOnnx.convert(parity.model(net), HALF.withOpset(opset)).toBytes()));
      OnnxModel.read(half.toBytes(), "float16");
    }
  }
}
