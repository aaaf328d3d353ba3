package org.betavae.export;

import static org.betavae.export.Parity.operators;
import static org.betavae.export.TfTensors.normal;
import static org.betavae.export.TfTensors.uniform;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * SavedModels that TensorFlow Java wrote, as training writes them, through the whole conversion.
 */
final class TfJavaModelsTest {
  /**
   * Both runtimes sum up to 1,024 products in float32 in another order, through nine layers; the
   * outputs are around 1.
   */
  private static final double TOLERANCE = 1e-5;

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void conv64Encoder_withChannelsFirst_hasNoTranspose(int channels) {
    Tensor x = uniform(1, 0, 1, 3, 64, 64, channels);
    Map<String, Tensor> wanted =
        JavaSavedModel.write(
            folder,
            "x",
            new long[] {-1, 64, 64, channels},
            x,
            (m, in) -> m.conv64Encoder(in, channels, 10));
    ConvertOptions options = ConvertOptions.defaults().withInputsAsNchw(Set.of("x"));
    OnnxModel model = TfToOnnx.convert(TfModel.ofSavedModel(folder), options);
    assertEquals(operators("Conv", 4, "Relu", 5, "Reshape", 1, "Gemm", 3), model.operatorCounts());
    assertEquals(
        List.of(new TensorSpec("x", "float32", List.of(-1L, (long) channels, 64L, 64L))),
        model.inputs());
    assertClose(wanted, Ort.run(model, Map.of("x", x.transpose(0, 3, 1, 2))));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void conv64Decoder_withChannelsFirst_hasNoTranspose(int channels) {
    Tensor z = normal(1, 3, 10);
    Map<String, Tensor> wanted =
        JavaSavedModel.write(
            folder, "z", new long[] {-1, 10}, z, (m, in) -> m.conv64Decoder(in, channels, 10));
    ConvertOptions options = ConvertOptions.defaults().withOutputsAsNchw(Set.of("x", "logits"));
    OnnxModel model = TfToOnnx.convert(TfModel.ofSavedModel(folder), options);
    assertEquals(
        operators(
            "Gemm",
            2,
            "Relu",
            11,
            "Reshape",
            8,
            "ConvTranspose",
            1,
            "Conv",
            12,
            "Concat",
            3,
            "Add",
            3,
            "DepthToSpace",
            1,
            "Slice",
            1,
            "Sigmoid",
            1),
        model.operatorCounts());
    assertEquals(
        Set.of("x", "logits"), Set.copyOf(model.outputs().stream().map(TensorSpec::name).toList()));
    assertEquals(List.of(-1L, (long) channels, 64L, 64L), model.outputs().get(0).shape());
    Map<String, Tensor> got = Ort.run(model, Map.of("z", z));
    assertClose(
        Map.of(
            "x",
            wanted.get("x").transpose(0, 3, 1, 2),
            "logits",
            wanted.get("logits").transpose(0, 3, 1, 2)),
        got);
  }

  @Test
  void conv64_withChannelsLast_hasOneTransposeAtEachImage() {
    Tensor x = uniform(1, 0, 1, 2, 64, 64, 3);
    Map<String, Tensor> wanted =
        JavaSavedModel.write(
            folder, "x", new long[] {-1, 64, 64, 3}, x, (m, in) -> m.conv64Encoder(in, 3, 10));
    OnnxModel model = TfToOnnx.convert(TfModel.ofSavedModel(folder), ConvertOptions.defaults());
    assertEquals(1, model.operatorCounts().get("Transpose"));
    assertClose(wanted, Ort.run(model, Map.of("x", x)));
  }

  @Test
  void mlp_isGemmAndActivationsAlone() {
    Tensor x = normal(1, 4, 20);
    Map<String, Tensor> wanted =
        JavaSavedModel.write(
            folder,
            "x",
            new long[] {-1, 20},
            x,
            (m, in) ->
                Map.of("y", m.dense("b", m.tf().math.tanh(m.dense("a", in, 20, 30)), 30, 5)));
    OnnxModel model = TfToOnnx.convert(TfModel.ofSavedModel(folder), ConvertOptions.defaults());
    assertEquals(operators("Gemm", 2, "Tanh", 1), model.operatorCounts());
    assertEquals(20 * 30 + 30 + 30 * 5 + 5, model.parameterCount());
    assertClose(wanted, Ort.run(model, Map.of("x", x)));
  }

  @Test
  void everyOperatorSet_givesTheSameOutputs() {
    Tensor z = normal(1, 3, 6);
    Map<String, Tensor> wanted =
        JavaSavedModel.write(
            folder, "z", new long[] {-1, 6}, z, (m, in) -> m.conv64Decoder(in, 1, 6));
    TfModel tf = TfModel.ofSavedModel(folder, "serving_default");
    for (int opset = ConvertOptions.MIN_OPSET; opset <= ConvertOptions.MAX_OPSET; opset++) {
      OnnxModel model = TfToOnnx.convert(tf, ConvertOptions.defaults().withOpset(opset));
      assertEquals(opset, model.opset());
      assertClose(wanted, Ort.run(model, Map.of("z", z)));
    }
  }

  @Test
  void conversion_twice_givesTheSameBytes() {
    JavaSavedModel.write(
        folder, "z", new long[] {-1, 6}, normal(1, 3, 6), (m, in) -> m.conv64Decoder(in, 1, 6));
    byte[] first =
        TfToOnnx.convert(TfModel.ofSavedModel(folder), ConvertOptions.defaults()).toBytes();
    byte[] second =
        TfToOnnx.convert(TfModel.ofSavedModel(folder), ConvertOptions.defaults()).toBytes();
    assertArrayEquals(first, second);
  }

  @Test
  void signatures_areListedWithTheirOperators() {
    JavaSavedModel.write(
        folder, "z", new long[] {-1, 6}, normal(1, 3, 6), (m, in) -> m.conv64Decoder(in, 1, 6));
    List<TfSignature> signatures = TfModel.signatures(folder);
    assertEquals(1, signatures.size());
    assertEquals("serving_default", signatures.get(0).name());
    assertEquals(
        List.of(new TensorSpec("z", "float32", List.of(-1L, 6L))), signatures.get(0).inputs());
    assertEquals(4, signatures.get(0).operatorCounts().get("Conv2DBackpropInput"));
    assertEquals(2, signatures.get(0).operatorCounts().get("MatMul"));
  }

  private static void assertClose(Map<String, Tensor> wanted, Map<String, Tensor> got) {
    assertEquals(wanted.keySet(), got.keySet());
    wanted.forEach(
        (name, w) -> {
          Tensor g = got.get(name);
          assertArrayEquals(w.shape(), g.shape(), name);
          for (int i = 0; i < w.size(); i++) {
            int at = i;
            assertTrue(
                Math.abs(w.doubleAt(i) - g.doubleAt(i)) <= TOLERANCE,
                () -> name + "[" + at + "] is " + g.doubleAt(at) + ", expected " + w.doubleAt(at));
          }
        });
  }
}
