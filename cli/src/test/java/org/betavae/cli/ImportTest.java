package org.betavae.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.betavae.export.ModelFolder;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command {@code import}, and {@code verify} and {@code inspect} on what it makes. */
class ImportTest {
  private static Path encoder;
  private static Path decoder;

  @TempDir Path folder;

  @BeforeAll
  static void train() throws IOException {
    Path model = TinyRun.get().run.resolve("model");
    encoder = model.resolve(ModelFolder.ENCODER);
    decoder = model.resolve(ModelFolder.DECODER);
  }

  @Test
  void onnxFile_becomesASavedModel_thatAgreesWithIt() throws IOException {
    Path out = folder.resolve("deep").resolve("encoder");
    JsonNode json = Cli.json("import --onnx % --out %", encoder, out);
    assertEquals(out.toString(), json.get("out").asText());
    assertEquals("x", json.at("/inputs/0/name").asText());
    assertEquals("[-1,1,28,28]", json.at("/inputs/0/shape").toString());
    assertTrue(json.get("variables").asInt() > 0, json::toString);
    assertTrue(json.get("trainable_parameters").asLong() > 1000, json::toString);
    assertTrue(json.get("operators_without_gradient").isEmpty(), json::toString);
    JsonNode verified = Cli.json("verify --saved-model % --onnx % --count 8", out, encoder);
    assertTrue(verified.get("passed").asBoolean(), verified::toString);
    assertEquals(2, verified.get("outputs").size());
    JsonNode inspected = Cli.json("inspect %", out);
    assertEquals("serving_default", inspected.at("/signatures/0/name").asText());
    assertEquals("mean", inspected.at("/signatures/0/outputs/1/name").asText());
  }

  @Test
  void layouts_canBeChannelsLast_andAreStillCompared() throws IOException {
    Path out = folder.resolve("encoder");
    JsonNode json = Cli.json("import --onnx % --out % --inputs-as-nhwc x", encoder, out);
    assertEquals("[-1,28,28,1]", json.at("/inputs/0/shape").toString());
    assertTrue(
        Cli.json("verify --saved-model % --onnx % --count 4", out, encoder)
            .get("passed")
            .asBoolean());
    Path pictures = folder.resolve("decoder");
    JsonNode last = Cli.json("import --onnx % --out % --outputs-as-nhwc x", decoder, pictures);
    boolean turned = false;
    for (JsonNode output : last.get("outputs")) {
      turned |= output.get("shape").toString().equals("[-1,28,28,1]");
    }
    assertTrue(turned, last::toString);
    assertTrue(
        Cli.json("verify --saved-model % --onnx % --count 4", pictures, decoder)
            .get("passed")
            .asBoolean());
  }

  @Test
  void frozenWeights_areConstants() throws IOException {
    Path out = folder.resolve("frozen");
    JsonNode json = Cli.json("import --onnx % --out % --freeze-weights", encoder, out);
    assertEquals(0, json.get("variables").asInt());
    assertFalse(Files.exists(out.resolve("variables").resolve("variables.index")));
    assertTrue(
        Cli.json("verify --saved-model % --onnx % --count 4", out, encoder)
            .get("passed")
            .asBoolean());
  }

  @Test
  void text_tellsWhatATrainerNeeds() {
    Cli cli = Cli.run("import --onnx % --out %", decoder, folder.resolve("decoder"));
    assertEquals(0, cli.exitCode(), cli.err());
    assertTrue(cli.out().contains("trainable"), cli.out());
    assertTrue(cli.out().contains("no gradient  none"), cli.out());
    assertTrue(cli.out().matches("(?s).*nodes +\\d+, \\d+ of them Transpose.*"), cli.out());
  }

  @Test
  void folderInUse_isKept_unlessOverwritten() throws IOException {
    Path out = folder.resolve("model");
    Cli.json("import --onnx % --out %", encoder, out);
    Cli.run("import --onnx % --out %", decoder, out)
        .assertErrorNames(2, out.toString(), "--overwrite");
    Cli.json("import --onnx % --out % --overwrite", decoder, out);
    Files.writeString(out.resolve("notes.txt"), "mine");
    Cli.run("import --onnx % --out % --overwrite", encoder, out).assertErrorNames(2, "notes.txt");
    assertTrue(Files.exists(out.resolve("notes.txt")));
  }

  @Test
  void wrongInput_isNamed_andNothingIsWritten() throws IOException {
    Path out = folder.resolve("out");
    Path file = Files.writeString(folder.resolve("broken.onnx"), "no model");
    Cli.run("import --onnx % --out %", file, out).assertErrorNames(2, "broken.onnx");
    Cli.run("import --onnx % --out %", folder.resolve("none.onnx"), out)
        .assertErrorNames(2, "none.onnx", "no such file");
    Cli.run("import --onnx % --out % --inputs-as-nhwc picture", encoder, out)
        .assertErrorNames(2, "--inputs-as-nhwc names picture", "[x]");
    Cli.run("import --onnx % --out % --input-shapes x", encoder, out)
        .assertErrorNames(2, "--input-shapes", "x");
    assertFalse(Files.exists(out));
  }
}
