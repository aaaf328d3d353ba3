package org.betavae.export;

import static org.betavae.export.TfTensors.normal;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** ONNX models as values: what they say of themselves, and files that are refused. */
final class OnnxModelTest {
  private static final Path BROKEN =
      Path.of(System.getProperty("betavae.shared", "../shared"), "reference", "interop", "broken");

  @TempDir Path folder;

  private static OnnxModel dense() {
    TfModel model =
        Parity.on("x", normal(1, 2, 3), -1, 3)
            .model(tf -> Map.of("y", tf.op("MatMul", tf.in("x"), normal(2, 3, 4))));
    return TfToOnnx.convert(
        model, ConvertOptions.defaults().withMetadata(Map.of("who", "me")).withGraphName("dense"));
  }

  @Test
  void model_saysWhatItIs() {
    OnnxModel m = dense();
    assertEquals(List.of(new TensorSpec("x", "float32", List.of(-1L, 3L))), m.inputs());
    assertEquals(List.of(new TensorSpec("y", "float32", List.of(-1L, 4L))), m.outputs());
    assertEquals(Map.of("MatMul", 1), m.operatorCounts());
    assertEquals(17, m.opset());
    assertEquals(12, m.parameterCount());
    assertEquals(Map.of("who", "me"), m.metadata());
    assertEquals(Producer.text(), m.producer());
    assertEquals(
        Map.of("who", "you", "why", "x"),
        m.withMetadata(Map.of("who", "you", "why", "x")).metadata());
  }

  @Test
  void model_readsBackAsWritten() {
    OnnxModel m = dense();
    Path file = folder.resolve("sub").resolve("m.onnx");
    m.write(file);
    m.write(file);
    assertArrayEquals(m.toBytes(), OnnxModel.read(file).toBytes());
    assertArrayEquals(m.toBytes(), OnnxModel.read(m.toBytes(), "bytes").toBytes());
  }

  @Test
  void batch_isNamed() {
    ModelProto proto = proto(dense());
    assertEquals(
        "N",
        proto.getGraph().getInput(0).getType().getTensorType().getShape().getDim(0).getDimParam());
    assertEquals(
        "N",
        proto.getGraph().getOutput(0).getType().getTensorType().getShape().getDim(0).getDimParam());
    assertEquals("dense", proto.getGraph().getName());
  }

  private static ModelProto proto(OnnxModel m) {
    try {
      return ModelProto.parseFrom(m.toBytes());
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static ConversionException fails(ModelProto m) {
    return assertThrows(
        ConversionException.class, () -> OnnxModel.read(m.toByteArray(), "test.onnx"));
  }

  private static void assertSays(ConversionException e, String... parts) {
    for (String part : parts) {
      assertTrue(
          e.getMessage().contains(part), () -> "'" + part + "' is not in: " + e.getMessage());
    }
  }

  @Test
  void bytesThatAreNoModel_areRefused() {
    assertSays(
        assertThrows(ConversionException.class, () -> OnnxModel.read(new byte[0], "empty.onnx")),
        "empty.onnx",
        "it is empty");
    byte[] text =
        "this is no model at all, only words".getBytes(java.nio.charset.StandardCharsets.UTF_8);
    assertSays(
        assertThrows(ConversionException.class, () -> OnnxModel.read(text, "text.onnx")),
        "text.onnx");
    assertSays(
        assertThrows(
            ConversionException.class, () -> OnnxModel.read(folder.resolve("absent.onnx"))),
        "absent.onnx: no such file");
    assertSays(
        assertThrows(ConversionException.class, () -> OnnxModel.read(folder)), "it is a folder");
  }

  @Test
  void everyCutOfAFile_isRefused() {
    byte[] whole = dense().toBytes();
    int refused = 0;
    for (int length = 0; length < whole.length; length++) {
      byte[] part = java.util.Arrays.copyOf(whole, length);
      try {
        OnnxModel.read(part, "cut.onnx");
      } catch (ConversionException e) {
        assertSays(e, "cut.onnx");
        refused++;
      }
    }
    // Cut between two fields behind the graph, what is left is a whole model.
    assertTrue(refused > whole.length * 0.8, refused + " of " + whole.length);
  }

  @Test
  void nodesOutOfNothing_areNamed() {
    ModelProto.Builder m = proto(dense()).toBuilder();
    m.getGraphBuilder()
        .addNode(
            NodeProto.newBuilder()
                .setOpType("Relu")
                .setName("lost")
                .addInput("nowhere")
                .addOutput("z"));
    assertSays(fails(m.build()), "test.onnx", "'lost'", "'nowhere'", "nothing makes");
    ModelProto.Builder cycle = proto(dense()).toBuilder();
    cycle
        .getGraphBuilder()
        .addNode(
            NodeProto.newBuilder().setOpType("Relu").setName("a").addInput("q").addOutput("p"));
    cycle
        .getGraphBuilder()
        .addNode(
            NodeProto.newBuilder().setOpType("Relu").setName("b").addInput("p").addOutput("q"));
    assertSays(fails(cycle.build()), "'a'", "'q'", "cycle");
  }

  @Test
  void weightsThatDoNotFit_areNamed() {
    ModelProto.Builder m = proto(dense()).toBuilder();
    TensorProto.Builder w = m.getGraphBuilder().getInitializerBuilder(0);
    w.setDims(0, 5);
    assertSays(fails(m.build()), w.getName(), "48 bytes", "80 bytes");
    w.setDims(0, Long.MAX_VALUE);
    assertSays(fails(m.build()), w.getName());
  }

  @Test
  void futureOperatorSets_areRefused() {
    ModelProto.Builder m = proto(dense()).toBuilder();
    m.getOpsetImportBuilder(0).setVersion(9999);
    assertSays(fails(m.build()), "9999");
  }

  @Test
  void externalWeights_areReadFromTheFolderAlone() throws IOException {
    ModelProto.Builder m = proto(dense()).toBuilder();
    TensorProto.Builder w = m.getGraphBuilder().getInitializerBuilder(0);
    byte[] raw = w.getRawData().toByteArray();
    w.clearRawData().setDataLocation(TensorProto.DataLocation.EXTERNAL);
    w.addExternalData(StringStringEntryProto.newBuilder().setKey("location").setValue("w.data"));
    w.addExternalData(StringStringEntryProto.newBuilder().setKey("offset").setValue("4"));
    Path file = folder.resolve("in").resolve("m.onnx");
    Files.createDirectories(file.getParent());
    Files.write(file, m.build().toByteArray());
    assertSays(
        assertThrows(ConversionException.class, () -> OnnxModel.read(file)), "m.onnx", "w.data");
    byte[] shifted = new byte[raw.length + 4];
    System.arraycopy(raw, 0, shifted, 4, raw.length);
    Files.write(file.resolveSibling("w.data"), shifted);
    assertArrayEquals(dense().toBytes(), OnnxModel.read(file).toBytes());
    Files.write(file.resolveSibling("w.data"), raw);
    assertSays(
        assertThrows(ConversionException.class, () -> OnnxModel.read(file)),
        "w.data",
        "no more than its " + raw.length);
    Files.write(folder.resolve("w.data"), shifted);
    w.setExternalData(
        0, StringStringEntryProto.newBuilder().setKey("location").setValue("../w.data"));
    Files.write(file, m.build().toByteArray());
    assertSays(
        assertThrows(ConversionException.class, () -> OnnxModel.read(file)),
        "../w.data",
        "inside the model's folder");
  }

  @Test
  @Tag("reference")
  void brokenFiles_areRefusedWithWhatTheyLack() throws IOException {
    Path manifest = BROKEN.resolve("manifest.json");
    assumeTrue(Files.exists(manifest), "no broken files in " + BROKEN);
    List<String> accepted = new ArrayList<>();
    int refused = 0;
    for (JsonNode entry : new ObjectMapper().readTree(manifest.toFile()).get("broken")) {
      Path file = BROKEN.resolve(entry.get("file").asText());
      try {
        if (entry.get("kind").asText().equals("onnx")) {
          OnnxModel.read(file);
        } else {
          TfToOnnx.convert(TfModel.ofSavedModel(file), ConvertOptions.defaults());
        }
        accepted.add(entry.get("file").asText() + ": " + entry.get("why").asText());
      } catch (ConversionException e) {
        entry.get("message_should_mention").forEach(word -> assertSays(e, word.asText()));
        refused++;
      }
    }
    System.out.println("broken: " + refused + " refused, left to the runtime: " + accepted);
    // Some runtime may have the operators of a private domain.
    assertTrue(
        accepted.stream().allMatch(a -> a.contains(".onnx: ") && a.contains("private domain")),
        accepted::toString);
    assertTrue(refused > accepted.size(), refused + " refused");
  }
}
