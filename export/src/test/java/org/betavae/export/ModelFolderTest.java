package org.betavae.export;

import static org.betavae.export.TfTensors.normal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The model folder: its three files, what they say, and that it appears whole or not at all. */
final class ModelFolderTest {
  private static final ModelFacts FACTS =
      new ModelFacts(
          List.of(1, 64, 64),
          2,
          "bernoulli",
          "beta-vae",
          Map.of("beta", 4.0),
          "sprites",
          3000,
          42,
          List.of(1.5, 0.25),
          List.of(0.0, -0.5),
          List.of(1.0, 0.75),
          "0.1.0",
          null);

  @TempDir Path folder;

  private static OnnxModel relu() {
    return TfToOnnx.convert(
        Parity.on("x", normal(1, 2, 3), -1, 3).model(tf -> Map.of("y", tf.op("Relu", tf.in("x")))),
        ConvertOptions.defaults());
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.map(p -> p.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void folder_holdsThreeFilesAndNothingElse() throws IOException {
    Path model = folder.resolve("run").resolve("model");
    ModelFolder.write(model, relu(), relu(), FACTS);
    assertEquals(List.of("decoder.onnx", "encoder.onnx", "model.json"), names(model));
    assertEquals(List.of("model"), names(folder.resolve("run")));
  }

  @Test
  void facts_readBackAsWritten() {
    Path model = folder.resolve("model");
    ModelFolder.write(model, relu(), relu(), FACTS.withParity(2.5e-7, 64));
    ModelFacts read = ModelFolder.readFacts(model);
    assertEquals(FACTS.withParity(2.5e-7, 64), read);
    assertEquals(new ModelFacts.Parity(2.5e-7, 64), read.parity());
    ModelFolder.write(folder.resolve("unmeasured"), relu(), relu(), FACTS);
    assertNull(ModelFolder.readFacts(folder.resolve("unmeasured")).parity());
  }

  @Test
  void json_andBothFilesMetadata_sayTheSame() throws IOException {
    Path model = folder.resolve("model");
    ModelFolder.write(model, relu(), relu(), FACTS.withParity(2.5e-7, 64));
    Map<String, String> encoder = OnnxModel.read(model.resolve("encoder.onnx")).metadata();
    assertEquals("encoder", encoder.get("betavae.role"));
    assertEquals(
        "decoder", OnnxModel.read(model.resolve("decoder.onnx")).metadata().get("betavae.role"));
    assertEquals("1", encoder.get("betavae.format_version"));
    assertEquals("[1,64,64]", encoder.get("betavae.input_shape"));
    assertEquals("2", encoder.get("betavae.latent_size"));
    assertEquals("bernoulli", encoder.get("betavae.likelihood"));
    assertEquals("{\"beta\":4.0}", encoder.get("betavae.objective_settings"));
    assertEquals("[1.5,0.25]", encoder.get("betavae.kl_per_dimension"));
    assertEquals("2.5E-7", encoder.get("betavae.parity_max_abs_difference"));
    assertEquals("64", encoder.get("betavae.parity_inputs"));
    TreeSet<String> keys = new TreeSet<>();
    new ObjectMapper()
        .readTree(model.resolve("model.json").toFile())
        .fieldNames()
        .forEachRemaining(k -> keys.add("betavae." + k));
    keys.add("betavae.role");
    assertEquals(keys, new TreeSet<>(encoder.keySet()));
  }

  @Test
  void existingFolder_staysUnlessItIsToBeReplaced() throws IOException {
    Path model = folder.resolve("model");
    Files.createDirectories(model);
    Files.writeString(model.resolve("mine.txt"), "keep");
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class, () -> ModelFolder.write(model, relu(), relu(), FACTS));
    assertTrue(
        e.getMessage().contains("model is not empty")
            && e.getMessage().contains("Name another target"),
        e.getMessage());
    assertEquals(List.of("mine.txt"), names(model));
    Files.delete(model.resolve("mine.txt"));
    Files.writeString(model.resolve("encoder.onnx"), "old");
    Files.writeString(model.resolve("decoder.onnx.data"), "old");
    ModelFolder.write(model, relu(), relu(), FACTS, ModelFolder.Existing.REPLACE);
    assertEquals(List.of("decoder.onnx", "encoder.onnx", "model.json"), names(model));
    assertEquals(List.of("model"), names(folder));
  }

  @Test
  void folderWithForeignFiles_isNotReplaced() throws IOException {
    Path model = Files.createDirectories(folder.resolve("model"));
    Files.writeString(model.resolve("encoder.onnx"), "old");
    Files.writeString(model.resolve("mine.txt"), "keep");
    Files.createDirectories(model.resolve("decoder.onnx/thesis"));
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> ModelFolder.write(model, relu(), relu(), FACTS, ModelFolder.Existing.REPLACE));
    assertTrue(
        e.getMessage().contains("model holds decoder.onnx, mine.txt, expected nothing but a model")
            && e.getMessage().contains("move these files away"),
        e.getMessage());
    assertEquals(List.of("decoder.onnx", "encoder.onnx", "mine.txt"), names(model));
    assertEquals("old", Files.readString(model.resolve("encoder.onnx")));
  }

  @Test
  void emptyFolder_isFilled() throws IOException {
    Path model = Files.createDirectories(folder.resolve("model"));
    ModelFolder.write(model, relu(), relu(), FACTS);
    assertEquals(3, names(model).size());
  }

  @Test
  void target_thatIsAFile_isRefused() throws IOException {
    Path file = Files.writeString(folder.resolve("model"), "text");
    for (ModelFolder.Existing existing : ModelFolder.Existing.values()) {
      IllegalArgumentException e =
          assertThrows(
              IllegalArgumentException.class,
              () -> ModelFolder.write(file, relu(), relu(), FACTS, existing));
      assertTrue(e.getMessage().contains("is a file"), e.getMessage());
    }
    assertEquals("text", Files.readString(file));
  }

  @Test
  void failedWrite_leavesNothing() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "text");
    assertThrows(
        java.io.UncheckedIOException.class,
        () -> ModelFolder.write(file.resolve("model"), relu(), relu(), FACTS));
    assertThrows(java.io.UncheckedIOException.class, () -> relu().write(file.resolve("x.onnx")));
    assertEquals(List.of("file"), names(folder));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"format_version\" : 1|\"format_version\" : 2|format_version is 2, expected 1",
        "\"latent_size\" : 2|\"latent_size\" : \"two\"|latent_size is \"two\", expected a whole number",
        "\"latent_size\" : 2|\"other\" : 2|latent_size is missing",
        "\"latent_size\" : 2|\"latent_size\" : 3|klPerDimension is [1.5, 0.25], expected 3",
        "[ 1.5, 0.25 ]|[ 1.5, \"x\" ]|kl_per_dimension is [1.5,\"x\"], expected a list of numbers",
        "\"likelihood\" : \"bernoulli\"|\"likelihood\" : 7|likelihood is 7, expected a text",
        "{|[|no JSON at line",
      })
  void damagedFacts_areNamed(String old, String fresh, String message) throws IOException {
    Path model = folder.resolve("model");
    ModelFolder.write(model, relu(), relu(), FACTS);
    Path json = model.resolve("model.json");
    String text = Files.readString(json);
    assertTrue(text.contains(old), text);
    int at = text.indexOf(old);
    Files.writeString(json, text.substring(0, at) + fresh + text.substring(at + old.length()));
    ConversionException e =
        assertThrows(ConversionException.class, () -> ModelFolder.readFacts(model));
    assertTrue(
        e.getMessage().contains("model.json") && e.getMessage().contains(message), e.getMessage());
    assertFalse(e.getMessage().contains("\n"), e.getMessage());
  }

  @Test
  void missingFacts_areNamed() {
    ConversionException e =
        assertThrows(ConversionException.class, () -> ModelFolder.readFacts(folder));
    assertTrue(e.getMessage().contains("model.json: no such file"), e.getMessage());
  }

  @Test
  void factsThatCannotBe_areRefused() {
    assertThrows(IllegalArgumentException.class, () -> FACTS.withParity(Double.NaN, 64));
    assertThrows(IllegalArgumentException.class, () -> FACTS.withParity(0, 0));
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                new ModelFacts(
                    List.of(64, 64),
                    2,
                    "bernoulli",
                    "vae",
                    Map.of(),
                    "d",
                    1,
                    1,
                    List.of(1.0, 1.0),
                    List.of(0.0, 0.0),
                    List.of(1.0, 1.0),
                    "1",
                    null));
    assertTrue(e.getMessage().contains("inputShape is [64, 64]"), e.getMessage());
    IllegalArgumentException nan =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                new ModelFacts(
                    List.of(64),
                    1,
                    "bernoulli",
                    "vae",
                    Map.of(),
                    "d",
                    1,
                    1,
                    List.of(Double.NaN),
                    List.of(0.0),
                    List.of(1.0),
                    "1",
                    null));
    assertTrue(nan.getMessage().contains("klPerDimension is [NaN]"), nan.getMessage());
  }
}
