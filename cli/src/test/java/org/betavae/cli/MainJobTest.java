package org.betavae.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.betavae.data.NpyReader;
import org.betavae.data.NpyWriter;
import org.betavae.data.NpzReader;
import org.betavae.data.NpzWriter;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One short run of the main job, and everything that can be done with its result. */
class MainJobTest {
  private static final int IMAGES = 200;
  private static final int SIDE = 28;
  private static final int LATENTS = 3;
  private static final int STEPS = 12;

  @TempDir static Path folder;
  private static Path data;
  private static Path run;
  private static Path model;
  private static JsonNode trained;

  @BeforeAll
  static void train() throws IOException {
    data = folder.resolve("squares.npy");
    writeSquares(data);
    run = folder.resolve("run");
    model = folder.resolve("model");
    trained =
        Cli.json(
            "train",
            "--data",
            data.toString(),
            "--arch",
            "conv32",
            "--latent",
            "" + LATENTS,
            "--steps",
            "" + STEPS,
            "--batch",
            "16",
            "--log-every",
            "4",
            "--checkpoint-every",
            "6",
            "--seed",
            "5",
            "--threads",
            "2",
            "--out",
            run.toString());
    Cli.json("export", "--from", run.toString(), "--out", model.toString());
  }

  /** White squares of 8x8 pixels at places that differ. */
  private static void writeSquares(Path file) {
    float[] image = new float[SIDE * SIDE];
    try (NpyWriter writer = NpyWriter.create(file, IMAGES, SIDE, SIDE)) {
      for (int i = 0; i < IMAGES; i++) {
        Arrays.fill(image, 0);
        for (int y = 0; y < 8; y++) {
          for (int x = 0; x < 8; x++) {
            image[(i % 20 + y) * SIDE + i / 20 * 2 + x] = 1;
          }
        }
        writer.write(image, 0, image.length);
      }
    }
  }

  private String out(String name) {
    return folder.resolve(name).toString();
  }

  @Test
  void train_writesTheWholeRunFolder_andSaysWhatItCameTo() {
    for (String name :
        List.of(
            "config.yaml",
            "history.jsonl",
            "checkpoints",
            "saved_model/encoder/saved_model.pb",
            "saved_model/decoder/saved_model.pb",
            "model/encoder.onnx",
            "model/decoder.onnx",
            "model/model.json",
            "pictures/reconstructions.png")) {
      assertTrue(Files.exists(run.resolve(name)), name);
    }
    assertEquals(STEPS, trained.get("steps").asInt());
    assertEquals(LATENTS, trained.get("kl_per_dimension").size());
    double parts = trained.get("reconstruction").asDouble() + trained.get("kl").asDouble();
    assertEquals(parts, trained.get("negative_elbo").asDouble(), 1e-9 * parts);
    assertTrue(trained.get("parity").asDouble() <= RunExport.LARGEST_DIFFERENCE);
  }

  @Test
  void train_intoAFolderInUse_isRefused() {
    Cli.run("train", "--data", data.toString(), "--out", run.toString())
        .assertErrorNames(2, "--out is " + run, "not empty", "--resume", "--overwrite");
  }

  @Test
  void vectors_goTheWholeWayToo_andARunIsResumed() throws IOException {
    Path vectors = folder.resolve("vectors.csv");
    StringBuilder lines = new StringBuilder("a,b,c,d\n");
    for (int i = 0; i < 50; i++) {
      lines.append(i % 2).append(",0.5,").append(i / 50.0).append(",1\n");
    }
    Files.writeString(vectors, lines);
    Path vectorRun = folder.resolve("resumed");
    Cli.json(
        "train",
        "--data",
        vectors.toString(),
        "--arch",
        "mlp",
        "--latent",
        "2",
        "--steps",
        "2",
        "--batch",
        "8",
        "--likelihood",
        "gaussian",
        "--no-export",
        "--out",
        vectorRun.toString());
    assertFalse(Files.exists(vectorRun.resolve("model")));
    JsonNode more = Cli.json("train", "--out", vectorRun.toString(), "--resume", "--steps", "3");
    assertEquals(3, more.get("steps").asInt());
    assertTrue(Cli.json("verify", "--from", vectorRun.toString()).get("passed").asBoolean());
    Cli.json("generate", "--model", vectorRun.toString(), "--count", "6", "--out", out("v.npy"));
    try (NpyReader npy = NpyReader.open(folder.resolve("v.npy"))) {
      assertArrayEquals(new int[] {6, 4}, npy.shape());
    }
    Cli.run("generate", "--model", vectorRun.toString(), "--out", out("v.png"))
        .assertErrorNames(2, "v.png", "vectors of 4 values", ".npy");
  }

  @Test
  void train_withEpochs_countsTheDataThatIsNotHeldOut() throws IOException {
    // 5 % of 200 images are held out: 190 are left, and two times that in batches of 50 is 7.6.
    JsonNode json =
        Cli.json(
            "train",
            "--data",
            data.toString(),
            "--arch",
            "conv32",
            "--epochs",
            "2",
            "--batch",
            "50",
            "--no-export",
            "--out",
            out("epochs"));
    assertEquals(8, json.get("steps").asInt());
  }

  @Test
  void train_withAConfigFile_takesItAndLetsOptionsWin() throws IOException {
    Path config = folder.resolve("mine.yaml");
    Files.writeString(config, "data: " + data + "\narch: conv32\nsteps: 9\nbatch: 8\n");
    JsonNode json =
        Cli.json(
            "train",
            "--config",
            config.toString(),
            "--steps",
            "3",
            "--no-export",
            "--out",
            out("configured"));
    assertEquals(3, json.get("steps").asInt());
    assertEquals(24, json.get("images").asInt());
    Files.writeString(config, "dta: sprites\n");
    Cli.run("train", "--config", config.toString(), "--out", out("never"))
        .assertErrorNames(2, "mine.yaml", "dta");
    assertFalse(Files.exists(folder.resolve("never")));
  }

  @Test
  void train_onDataThatDoNotFit_leavesNothing() {
    Cli.run("train", "--data", data.toString(), "--arch", "conv64", "--out", out("unfit"))
        .assertErrorNames(2, "conv64", "28x28x1", "conv32");
    Cli.run("train", "--data", out("none.npy"), "--out", out("unfit"))
        .assertErrorNames(2, "none.npy");
    Path large = folder.resolve("large.npy");
    try (NpyWriter writer = NpyWriter.create(large, 4, 3)) {
      writer.write(new float[] {0, 0, 0, 1, 1, 1, 0, 0, 0, 5, 5, 5}, 0, 12);
    }
    Cli.run("train", "--data", large.toString(), "--arch", "mlp", "--out", out("unfit"))
        .assertErrorNames(2, "0.0 to 5.0", "[0,1]", "gaussian");
    Cli.run("train", "--out", data.toString()).assertErrorNames(2, "--out is " + data, "is a file");
    assertFalse(Files.exists(folder.resolve("unfit")));
  }

  @Test
  void train_withSeveralWrongOptions_namesThemAll() {
    Cli.run("train", "--beta", "NaN", "--steps", "many", "--arch", "cnv64", "--out", out("x"))
        .assertErrorNames(
            2,
            "--beta is \"NaN\", expected a finite number >= 0",
            "--steps is \"many\", expected a whole number from 1",
            "--arch is \"cnv64\", expected one of conv64, conv32, mlp",
            "betavae train --help");
    Cli.run("train", "--steps", "1", "--epochs", "1", "--resume", "--overwrite", "--out", out("x"))
        .assertErrorNames(2, "--steps and --epochs", "--resume and --overwrite");
  }

  @Test
  void export_intoAFolderInUse_needsOverwrite() throws IOException {
    Cli.run("export", "--from", run.toString(), "--out", model.toString())
        .assertErrorNames(2, "--out is " + model, "not empty", "--overwrite");
    JsonNode json =
        Cli.json(
            "export",
            "--from",
            run.toString(),
            "--out",
            out("twice"),
            "--opset",
            "15",
            "--overwrite");
    assertEquals(15, json.get("opset").asInt());
    assertTrue(json.get("parity_inputs").asInt() >= 64);
    Cli.json("export", "--from", run.toString(), "--out", out("twice"), "--overwrite");
    assertEquals(17, Cli.json("inspect", out("twice/encoder.onnx")).get("opset").asInt());
  }

  @Test
  void export_ofWhatIsNoRun_isRefused() {
    Cli.run("export", "--from", folder.toString(), "--out", out("nothing"))
        .assertErrorNames(2, folder.toString(), "config.yaml");
    assertFalse(Files.exists(folder.resolve("nothing")));
  }

  @Test
  void verify_ofARun_comparesBothModels() throws IOException {
    JsonNode json = Cli.json("verify", "--from", run.toString());
    assertTrue(json.get("passed").asBoolean());
    assertTrue(json.get("max_abs_difference").asDouble() <= 1e-5, json.toString());
    List<String> names = json.findValuesAsText("name");
    assertTrue(names.containsAll(List.of("mean", "log_var", "x", "logits")), names.toString());
  }

  @Test
  void verify_ofASavedModel_crossesTheBorderOfLayouts() throws IOException {
    String encoder = run.resolve("saved_model/encoder").toString();
    String onnx = model.resolve("encoder.onnx").toString();
    assertTrue(
        Cli.json("verify", "--saved-model", encoder, "--onnx", onnx).get("passed").asBoolean());
    Path inputs = folder.resolve("inputs.npz");
    try (NpzWriter npz = NpzWriter.create(inputs)) {
      npz.add("x", new float[2 * SIDE * SIDE], 2, SIDE, SIDE, 1);
      npz.finish();
    }
    assertTrue(
        Cli.json("verify", "--saved-model", encoder, "--onnx", onnx, "--inputs", inputs.toString())
            .get("passed")
            .asBoolean());
  }

  @Test
  void verify_aboveTheTolerance_fails() {
    Cli strict = Cli.run("verify", "--from", run.toString(), "--tolerance", "0", "--json");
    assertEquals(1, strict.exitCode(), strict.err());
    assertTrue(strict.out().contains("\"passed\":false"), strict.out());
    assertTrue(strict.err().contains("expected at most 0"), strict.err());
  }

  @Test
  void verify_ofTwoDifferentModels_saysSo() {
    Cli.run(
            "verify",
            "--saved-model",
            run.resolve("saved_model/decoder").toString(),
            "--onnx",
            model.resolve("encoder.onnx").toString())
        .assertErrorNames(2, "inputs are [z]", "[x]", "same model");
    Cli.run("verify").assertErrorNames(2, "neither --saved-model nor --from");
  }

  @Test
  void embed_writesMeansInEveryFormat_theSame() throws IOException {
    JsonNode json = embed("z.npy");
    assertEquals(IMAGES, json.get("images").asInt());
    assertEquals(LATENTS, json.get("latent_size").asInt());
    embed("z.npz");
    embed("z.csv");
    try (NpyReader npy = NpyReader.open(folder.resolve("z.npy"));
        NpzReader npz = NpzReader.open(folder.resolve("z.npz"));
        NpyReader mean = npz.get("mean");
        NpyReader logVar = npz.get("log_var")) {
      assertArrayEquals(new int[] {IMAGES, LATENTS}, npy.shape());
      assertArrayEquals(new int[] {IMAGES, LATENTS}, logVar.shape());
      assertArrayEquals(npy.toFloats(), mean.toFloats());
      List<String> lines = Files.readAllLines(folder.resolve("z.csv"));
      assertEquals("z0,z1,z2", lines.get(0));
      assertEquals(IMAGES + 1, lines.size());
      float[] means = npy.toFloats();
      assertEquals(means[0] + "," + means[1] + "," + means[2], lines.get(1));
    }
  }

  private JsonNode embed(String file) throws IOException {
    return Cli.json(
        "embed",
        "--model",
        model.toString(),
        "--data",
        data.toString(),
        "--out",
        out(file),
        "--batch",
        "33");
  }

  @Test
  void embed_withWrongDataOrTarget_isRefused() {
    Cli.run("embed", "--model", model.toString(), "--data", "sprites", "--out", out("w.npy"))
        .assertErrorNames(2, "sprites", "64x64x1", "28x28x1");
    Cli.run("embed", "--model", model.toString(), "--data", data.toString(), "--out", out("w.txt"))
        .assertErrorNames(2, "w.txt", ".npy or .npz or .csv");
    Cli.run("embed", "--model", out("no"), "--data", data.toString(), "--out", out("w.npy"))
        .assertErrorNames(2, "no such file or folder");
    assertFalse(Files.exists(folder.resolve("w.npy")));
  }

  @Test
  void generate_isRepeatableBySeed_andTakesLatents() throws IOException {
    byte[] first = generated("a.npy", "--seed", "1", "--count", "5");
    assertArrayEquals(first, generated("b.npy", "--seed", "1", "--count", "5"));
    assertNotEquals(
        Arrays.hashCode(first), Arrays.hashCode(generated("c.npy", "--seed", "2", "--count", "5")));
    try (NpyReader npy = NpyReader.open(folder.resolve("a.npy"))) {
      assertArrayEquals(new int[] {5, 1, SIDE, SIDE}, npy.shape());
    }
    Path z = folder.resolve("given.npy");
    try (NpyWriter writer = NpyWriter.create(z, 2, LATENTS)) {
      writer.write(new float[2 * LATENTS], 0, 2 * LATENTS);
    }
    generated("d.npy", "--z", z.toString());
    try (NpyReader npy = NpyReader.open(folder.resolve("d.npy"))) {
      assertArrayEquals(new int[] {2, 1, SIDE, SIDE}, npy.shape());
    }
    // No spread: every image is that of the prior's mean.
    generated("e.npy", "--temperature", "0", "--count", "2");
    assertArrayEquals(
        Files.readAllBytes(folder.resolve("d.npy")), Files.readAllBytes(folder.resolve("e.npy")));
  }

  private byte[] generated(String file, String... more) throws IOException {
    Cli.json(
        Stream.concat(
                Stream.of("generate", "--model", model.toString(), "--out", out(file)),
                Stream.of(more))
            .toArray(String[]::new));
    return Files.readAllBytes(folder.resolve(file));
  }

  @Test
  void generate_withLatentsOfTheWrongLength_isRefused() {
    Path z = folder.resolve("wrong.npy");
    try (NpyWriter writer = NpyWriter.create(z, 2, 7)) {
      writer.write(new float[14], 0, 14);
    }
    Cli.run("generate", "--model", model.toString(), "--z", z.toString(), "--out", out("x.npy"))
        .assertErrorNames(2, "wrong.npy", "[2, 7]", "[N, 3]");
    Cli.run(
            "generate",
            "--model",
            model.toString(),
            "--z",
            z.toString(),
            "--count",
            "2",
            "--out",
            out("x.npy"))
        .assertErrorNames(2, "--z is given together with --count");
    Cli.run("generate", "--model", model.toString(), "--temperature", "-1", "--out", out("x.npy"))
        .assertErrorNames(2, "--temperature is \"-1\"", "from 0 to 100");
    assertFalse(Files.exists(folder.resolve("x.npy")));
  }

  @ParameterizedTest
  @CsvSource({
    "generate,png",
    "reconstruct,png",
    "reconstruct,npy",
    "traverse,png",
    "traverse,gif",
    "traverse,npy",
    "interpolate,png",
    "interpolate,gif",
    "interpolate,npy"
  })
  void pictures_areWritten(String command, String ending) throws IOException {
    Path file = folder.resolve(command + "." + ending);
    List<String> all =
        new ArrayList<>(List.of(command, "--model", run.toString(), "--out", file.toString()));
    if (!command.equals("generate")) {
      all.addAll(List.of("--data", data.toString()));
    }
    JsonNode json = Cli.json(all.toArray(String[]::new));
    assertEquals(file.toString(), json.get("out").asText());
    if (ending.equals("npy")) {
      try (NpyReader npy = NpyReader.open(file)) {
        int[] shape = npy.shape();
        assertArrayEquals(
            new int[] {1, SIDE, SIDE}, Arrays.copyOfRange(shape, shape.length - 3, shape.length));
      }
    } else {
      BufferedImage image = ImageIO.read(file.toFile());
      assertTrue(image.getWidth() >= SIDE && image.getHeight() >= SIDE);
    }
  }

  @Test
  void indices_outsideTheData_areRefused() {
    Cli.run(
            "interpolate",
            "--model",
            model.toString(),
            "--data",
            data.toString(),
            "--from",
            "0",
            "--to",
            "200",
            "--out",
            out("i.png"))
        .assertErrorNames(2, "--to is 200", "from 0 to 199");
    Cli.run("traverse", "--model", model.toString(), "--index", "3", "--out", out("i.png"))
        .assertErrorNames(2, "--index is given without --data");
  }

  @Test
  void inspect_showsEveryKindOfModel() throws IOException {
    JsonNode onnx = Cli.json("inspect", model.resolve("encoder.onnx").toString());
    assertEquals("onnx", onnx.get("kind").asText());
    assertEquals("x", onnx.at("/inputs/0/name").asText());
    assertEquals("[-1,1,28,28]", onnx.at("/inputs/0/shape").toString());
    assertEquals(2, onnx.at("/operators/Conv").asInt());
    assertFalse(onnx.get("metadata").isEmpty());
    JsonNode folderOfModel = Cli.json("inspect", model.toString());
    assertEquals(LATENTS, folderOfModel.at("/facts/latent_size").asInt());
    JsonNode saved = Cli.json("inspect", run.resolve("saved_model/decoder").toString());
    assertEquals("serving_default", saved.at("/signatures/0/name").asText());
    JsonNode whole = Cli.json("inspect", run.toString());
    assertEquals("conv32", whole.at("/config/arch").asText());
    assertTrue(whole.has("model"));
    Cli text = Cli.run("inspect", model.toString());
    assertTrue(text.out().contains("ConvTranspose(2)"), text.out());
  }

  @Test
  void inspect_ofADamagedFile_isRefused() throws IOException {
    Path file = folder.resolve("bad.onnx");
    Files.writeString(file, "no model");
    Cli.run("inspect", file.toString()).assertErrorNames(2, "bad.onnx");
    Cli.run("generate", "--model", file.toString(), "--out", out("g.png"))
        .assertErrorNames(2, "bad.onnx");
  }

  @Test
  void benchInfer_hasTheKeysOfItsPeers() throws IOException {
    JsonNode json =
        Cli.json(
            "bench",
            "infer",
            "--model",
            model.toString(),
            "--batch",
            "1,4",
            "--seconds",
            "0.05",
            "--warm-up",
            "0",
            "--threads",
            "1");
    assertEquals(4, json.get("results").size());
    for (String key :
        List.of(
            "peer",
            "version",
            "model",
            "batch",
            "threads",
            "images_per_s",
            "images_per_s_mean",
            "p50_ms",
            "p99_ms",
            "runs")) {
      assertTrue(json.has(key), key);
      json.get("results").forEach(r -> assertTrue(r.has(key), key));
    }
    assertEquals("encoder", json.get("model").asText());
    assertTrue(json.get("images_per_s").asDouble() > 0);
  }

  @Test
  void benchTrain_hasTheKeysOfItsPeers() throws IOException {
    JsonNode json =
        Cli.json(
            "bench",
            "train",
            "--data",
            data.toString(),
            "--arch",
            "conv32",
            "--batch",
            "8",
            "--steps",
            "4",
            "--window",
            "2",
            "--warm-up",
            "1");
    for (String key :
        List.of(
            "peer",
            "version",
            "images_per_s",
            "images_per_s_min",
            "images_per_s_max",
            "loss",
            "batch",
            "threads",
            "precision",
            "compile",
            "layout",
            "steps",
            "data")) {
      assertTrue(json.has(key), key);
    }
    assertEquals("betavae", json.get("peer").asText());
    assertEquals("float32", json.get("precision").asText());
    assertEquals(4, json.get("steps").asInt());
    Cli.run("bench", "train", "--steps", "4").assertErrorNames(2, "--steps is 4", "--window");
  }
}
