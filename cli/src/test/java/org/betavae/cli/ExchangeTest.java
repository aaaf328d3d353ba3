package org.betavae.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.betavae.data.NpzWriter;
import org.betavae.export.Tensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The commands {@code export}, {@code verify} and {@code inspect}. */
class ExchangeTest {
  /** Asked of every export; float32 gives about seven digits. */
  private static final double LARGEST_DIFFERENCE = 1e-5;

  private static TinyRun tiny;

  @BeforeAll
  static void train() throws IOException {
    tiny = TinyRun.get();
  }

  @Test
  void export_intoAFolderInUse_needsOverwrite() throws IOException {
    Cli.run("export --from % --out %", tiny.run, tiny.model)
        .assertErrorNames(2, "--out is " + tiny.model, "not empty", "--overwrite");
    Path out = tiny.out("twice");
    JsonNode json = Cli.json("export --from % --out % --opset 15", tiny.run, out);
    assertEquals(15, json.get("opset").asInt());
    assertTrue(json.get("parity_inputs").asInt() >= 64);
    Cli.json("export --from % --out % --overwrite", tiny.run, out);
    assertEquals(17, Cli.json("inspect %", out.resolve("encoder.onnx")).get("opset").asInt());
    Cli.run("export --from % --out % --opset 12", tiny.run, out)
        .assertErrorNames(2, "--opset is \"12\"", "from 13 to 21");
  }

  @Test
  void export_overFoldersThatAreNoModel_isRefusedAndLosesNothing() throws IOException {
    for (Path out : List.of(tiny.run, tiny.folder, tiny.run.resolve("../run"))) {
      Cli.run("export --from % --out % --overwrite", tiny.run, out)
          .assertErrorNames(2, "--out is " + out, "is or holds --from", "elsewhere");
    }
    Path out = Files.createDirectories(tiny.out("documents"));
    Files.writeString(out.resolve("thesis.tex"), "years");
    Cli.run("export --from % --out % --overwrite", tiny.run, out)
        .assertErrorNames(2, "documents holds thesis.tex", "expected nothing but a model");
    assertEquals("years", Files.readString(out.resolve("thesis.tex")));
    assertTrue(Files.exists(tiny.run.resolve("config.yaml")));
  }

  @Test
  void export_ofWhatIsNoRun_isRefused() {
    Cli.run("export --from % --out %", tiny.folder, tiny.out("nothing"))
        .assertErrorNames(2, tiny.folder.toString(), "config.yaml");
    assertFalse(Files.exists(tiny.out("nothing")));
  }

  @Test
  void verify_ofARun_comparesBothModels() throws IOException {
    JsonNode json = Cli.json("verify --from %", tiny.run);
    assertTrue(json.get("passed").asBoolean());
    assertTrue(json.get("max_difference").asDouble() <= LARGEST_DIFFERENCE, json.toString());
    assertTrue(json.get("max_abs_difference").asDouble() >= json.get("max_difference").asDouble());
    List<String> names = json.findValuesAsText("name");
    assertTrue(names.containsAll(List.of("mean", "log_var", "x", "logits")), names.toString());
    JsonNode one =
        Cli.json("verify --from % --onnx %", tiny.run, tiny.model.resolve("decoder.onnx"));
    assertEquals(2, one.get("outputs").size());
  }

  @Test
  void verify_ofASavedModel_crossesTheBorderOfLayouts() throws IOException {
    Path encoder = tiny.run.resolve("saved_model/encoder");
    Path onnx = tiny.model.resolve("encoder.onnx");
    assertTrue(
        Cli.json("verify --saved-model % --onnx %", encoder, onnx).get("passed").asBoolean());
    int side = TinyRun.SIDE;
    for (int[] shape : List.of(new int[] {2, side, side, 1}, new int[] {2, 1, side, side})) {
      Path inputs = tiny.out("inputs.npz");
      try (NpzWriter npz = NpzWriter.create(inputs)) {
        npz.add("x", new float[2 * side * side], shape);
        npz.finish();
      }
      JsonNode json = Cli.json("verify --saved-model % --onnx % --inputs %", encoder, onnx, inputs);
      assertTrue(json.get("passed").asBoolean());
    }
  }

  @Test
  void verify_withWrongInputs_isRefused() {
    Path inputs = tiny.out("wrong.npz");
    try (NpzWriter npz = NpzWriter.create(inputs)) {
      npz.add("y", new float[6], 2, 3);
      npz.finish();
    }
    Path encoder = tiny.run.resolve("saved_model/encoder");
    Path onnx = tiny.model.resolve("encoder.onnx");
    Cli.run("verify --saved-model % --onnx % --inputs %", encoder, onnx, inputs)
        .assertErrorNames(2, "no array for input x", "[y]");
    try (NpzWriter npz = NpzWriter.create(inputs)) {
      npz.add("x", new float[6], 2, 3);
      npz.finish();
    }
    Cli.run("verify --saved-model % --onnx % --inputs %", encoder, onnx, inputs)
        .assertErrorNames(2, "x has the shape [2, 3]", "[-1, 28, 28, 1]");
  }

  @Test
  void difference_isScaledByValuesAboveOne() {
    // 1000 against 1000.5 is 0.0005 of its size; 0.25 against 0.5 counts as it is.
    Tensor wanted = floats(1000, -0.25f);
    assertEquals(new Difference(0.0005, 0.5, 1000), Difference.of(wanted, floats(1000.5f, -0.25f)));
    assertEquals(new Difference(0.25, 0.25, 1000), Difference.of(wanted, floats(1000, -0.5f)));
  }

  private static Tensor floats(float... values) {
    return Tensor.floats(new long[] {values.length}, values);
  }

  @Test
  void difference_ofNaN_isInfinite_ofEqualInfinitiesNone() {
    float infinite = Float.POSITIVE_INFINITY;
    Tensor wanted = floats(Float.NaN, infinite);
    assertEquals(infinite, Difference.of(wanted, floats(Float.NaN, infinite)).scaled());
    assertEquals(0, Difference.of(floats(infinite), floats(infinite)).scaled());
    assertEquals(infinite, Difference.of(wanted, floats(1, infinite)).scaled());
    assertEquals(infinite, Difference.of(wanted, floats(Float.NaN, 3)).absolute());
    assertEquals(infinite, Difference.of(floats(7), floats(Float.NaN)).scaled());
  }

  @Test
  void outputsThatAreNaN_failWithNameAndCount_evenIfBothSayNaN() throws IOException {
    Tensor broken = floats(Float.NaN, 1, Float.NEGATIVE_INFINITY);
    CommandException e =
        assertThrows(
            CommandException.class,
            () -> NanCheck.require("run/encoder", "log_var", broken, broken));
    assertEquals(1, e.exitCode());
    assertTrue(
        e.getMessage()
            .startsWith(
                "run/encoder: output log_var holds 1 values that are NaN in TensorFlow and 1 in ONNX"
                    + " Runtime, of 3"),
        e.getMessage());
    Path inputs = tiny.out("huge.npz");
    float[] huge = new float[2 * TinyRun.LATENTS];
    Arrays.fill(huge, Float.NaN);
    try (NpzWriter npz = NpzWriter.create(inputs)) {
      npz.add("z", huge, 2, TinyRun.LATENTS);
      npz.finish();
    }
    Path decoder = tiny.run.resolve("saved_model/decoder");
    Cli.run(
            "verify --saved-model % --onnx % --inputs %",
            decoder, tiny.model.resolve("decoder.onnx"), inputs)
        .assertErrorNames(1, "decoder.onnx: output ", "values that are NaN", "of 1568");
  }

  @Test
  void export_whereTheRunsDataAreGone_comparesOnRandomItems_orOnThoseGiven() throws IOException {
    Path moved = tiny.out("moved run");
    try (Stream<Path> tree = Files.walk(tiny.run)) {
      for (Path from : tree.toList()) {
        Files.copy(from, moved.resolve(tiny.run.relativize(from).toString()));
      }
    }
    Path config = moved.resolve("config.yaml");
    String text = Files.readString(config);
    Files.writeString(config, text.replace(tiny.data.toString(), "no/such.npy"));
    assertNotEquals(text, Files.readString(config));
    Cli random = Cli.run("export --from % --out %", moved, tiny.out("by random"));
    assertEquals(0, random.exitCode(), random.err());
    List<String> notes = random.err().lines().filter(l -> l.startsWith("betavae: ")).toList();
    assertEquals(1, notes.size(), random.err());
    assertTrue(
        notes.get(0).contains("data no/such.npy cannot be opened from here") // what is missing
            && notes.get(0).contains("random items")
            && notes.get(0).contains("--data"),
        random.err());
    Cli given = Cli.run("export --from % --data % --out %", moved, tiny.data, tiny.out("by data"));
    assertEquals(0, given.exitCode(), given.err());
    assertFalse(given.err().contains("random items"), given.err());
    Cli.run("export --from % --data sprites --out %", moved, tiny.out("never"))
        .assertErrorNames(2, "sprites", "28x28x1");
    assertFalse(Files.exists(tiny.out("never")));
  }

  @Test
  void verify_aboveTheTolerance_fails() {
    Cli strict = Cli.run("verify --from % --tolerance 0 --json", tiny.run);
    assertEquals(1, strict.exitCode(), strict.err());
    assertTrue(strict.out().contains("\"passed\":false"), strict.out());
    assertTrue(strict.err().contains("expected at most 0"), strict.err());
    String words = "difference is \\S+ scaled \\(\\S+ absolute\\), expected at most 0 scaled";
    assertTrue(Pattern.compile(words).matcher(strict.err()).find(), strict.err());
  }

  @Test
  void verify_ofTwoDifferentModels_saysSo() {
    Path decoder = tiny.run.resolve("saved_model/decoder");
    Path encoder = tiny.model.resolve("encoder.onnx");
    Cli.run("verify --saved-model % --onnx %", decoder, encoder)
        .assertErrorNames(2, "inputs are [z]", "[x]", "same model");
    Cli.run("verify").assertErrorNames(2, "neither --saved-model nor --graph-def nor --from");
    Cli.run("verify --from % --saved-model %", tiny.run, decoder)
        .assertErrorNames(2, "--saved-model and --from are given");
    Cli.run("verify --saved-model %", decoder).assertErrorNames(2, "--onnx is missing");
  }

  @Test
  void inspect_showsEveryKindOfModel() throws IOException {
    JsonNode onnx = Cli.json("inspect %", tiny.model.resolve("encoder.onnx"));
    assertEquals("onnx", onnx.get("kind").asText());
    assertEquals("x", onnx.at("/inputs/0/name").asText());
    assertEquals("[-1,1,28,28]", onnx.at("/inputs/0/shape").toString());
    assertEquals(2, onnx.at("/operators/Conv").asInt());
    assertFalse(onnx.get("metadata").isEmpty());
    JsonNode folderOfModel = Cli.json("inspect %", tiny.model);
    assertEquals(TinyRun.LATENTS, folderOfModel.at("/facts/latent_size").asInt());
    JsonNode saved = Cli.json("inspect %", tiny.run.resolve("saved_model/decoder"));
    assertEquals("serving_default", saved.at("/signatures/0/name").asText());
    JsonNode whole = Cli.json("inspect %", tiny.run);
    assertEquals("conv32", whole.at("/config/arch").asText());
    assertTrue(whole.has("model"));
    Cli text = Cli.run("inspect %", tiny.model);
    assertTrue(text.out().contains("Gemm("), text.out());
  }

  @Test
  void inspect_ofADamagedFile_isRefused() throws IOException {
    Path file = tiny.out("bad.onnx");
    Files.writeString(file, "no model");
    Cli.run("inspect %", file).assertErrorNames(2, "bad.onnx");
    Cli.run("generate --model % --out %", file, tiny.out("g.png")).assertErrorNames(2, "bad.onnx");
    Cli.run("inspect").assertErrorNames(2, "no FILE.onnx|MODEL|RUN|SAVED_MODEL given");
  }
}
