package org.betavae.export;

import static org.betavae.export.TfTensors.normal;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Weights that lie in a file beside the model. */
final class ExternalWeightsTest {
  private static final Tensor X = normal(3, 2, 30);

  @TempDir Path folder;

  /** Two products with weights of 30 x 40 and 40 x 20, and a bias of 20 that is small. */
  private static OnnxModel model() {
    TfModel tf =
        Parity.on("x", X, -1, 30)
            .model(
                b ->
                    Map.of(
                        "y",
                        b.op(
                            "BiasAdd",
                            b.op(
                                "MatMul",
                                b.op("Tanh", b.op("MatMul", b.in("x"), normal(1, 30, 40))),
                                normal(2, 40, 20)),
                            normal(4, 20))));
    return TfToOnnx.convert(tf, ConvertOptions.defaults());
  }

  private List<String> names() throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.map(f -> f.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void weightsAboveTheLimit_lieBesideTheModel_andAreReadBack() throws IOException {
    OnnxModel model = model();
    Path file = folder.resolve("m.onnx");
    assertEquals(List.of(file, folder.resolve("m.onnx.data")), model.write(file, 1000));
    assertEquals(List.of("m.onnx", "m.onnx.data"), names());
    assertTrue(Files.size(file) < 2000, Files.size(file) + " bytes");
    assertArrayEquals(model.toBytes(), OnnxModel.read(file).toBytes());
    ModelProto proto = ModelProto.parseFrom(Files.readAllBytes(file));
    for (TensorProto t : proto.getGraph().getInitializerList()) {
      boolean outside = t.getDataLocation() == TensorProto.DataLocation.EXTERNAL;
      assertEquals(t.getDimsCount() == 2, outside, t.getName());
      if (outside) {
        assertEquals(0, Long.parseLong(t.getExternalData(1).getValue()) % 4096);
      }
    }
  }

  @Test
  void onnxRuntime_readsBothFiles() throws OrtException {
    OnnxModel model = model();
    Path file = folder.resolve("m.onnx");
    model.write(file, 0);
    Tensor wanted = Ort.run(model, Map.of("x", X)).get("y");
    OrtEnvironment env = OrtEnvironment.getEnvironment();
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions();
        OrtSession session = env.createSession(file.toString(), options);
        OnnxTensor in =
            OnnxTensor.createTensor(env, FloatBuffer.wrap(floats(X)), new long[] {2, 30});
        OrtSession.Result result = session.run(Map.of("x", in))) {
      float[] got = new float[wanted.size()];
      ((OnnxTensor) result.get(0)).getFloatBuffer().get(got);
      assertArrayEquals(floats(wanted), got);
    }
  }

  private static float[] floats(Tensor t) {
    float[] values = new float[t.size()];
    t.data().asFloatBuffer().get(values);
    return values;
  }

  @Test
  void weightsBelowTheLimit_stayInside() throws IOException {
    Path file = folder.resolve("m.onnx");
    assertEquals(List.of(file), model().write(file));
    assertEquals(List.of("m.onnx"), names());
  }

  @Test
  void bothFiles_areReplacedTogether_orNeither() throws IOException {
    Path file = folder.resolve("m.onnx");
    Path data = folder.resolve("m.onnx.data");
    Files.writeString(file, "earlier model");
    Files.createDirectories(data.resolve("in the way"));
    assertThrows(IllegalArgumentException.class, () -> model().write(file, 0));
    assertEquals("earlier model", Files.readString(file));
    assertEquals(List.of("m.onnx", "m.onnx.data"), names());
    Files.delete(data.resolve("in the way"));
    Files.delete(data);
    Files.writeString(data, "earlier weights");
    model().write(file, 0);
    assertArrayEquals(model().toBytes(), OnnxModel.read(file).toBytes());
    assertEquals(List.of("m.onnx", "m.onnx.data"), names());
  }

  @Test
  void folderThatCannotBeWritten_isNamed_andKeepsWhatIsThere() throws IOException {
    Path blocked = folder.resolve("file");
    Files.writeString(blocked, "no folder");
    UncheckedIOException e =
        assertThrows(UncheckedIOException.class, () -> model().write(blocked.resolve("m.onnx"), 0));
    assertTrue(e.getMessage().contains("m.onnx.data"), e.getMessage());
    assertEquals(List.of("file"), names());
    assertFalse(e.getMessage().contains("\n"));
  }
}
