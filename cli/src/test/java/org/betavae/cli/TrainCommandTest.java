package org.betavae.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.betavae.data.Dataset;
import org.betavae.data.ItemShape;
import org.betavae.data.NpyReader;
import org.betavae.data.NpyWriter;
import org.betavae.train.TrainConfig;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class TrainCommandTest {
  private static TinyRun tiny;

  @BeforeAll
  static void train() throws IOException {
    tiny = TinyRun.get();
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
      assertTrue(Files.exists(tiny.run.resolve(name)), name);
    }
    JsonNode json = tiny.trained;
    assertEquals(TinyRun.STEPS, json.get("steps").asInt());
    assertEquals(TinyRun.LATENTS, json.get("kl_per_dimension").size());
    double parts = json.get("reconstruction").asDouble() + json.get("kl").asDouble();
    assertEquals(parts, json.get("negative_elbo").asDouble(), 1e-9 * parts);
    assertTrue(json.get("parity").asDouble() <= RunExport.LARGEST_DIFFERENCE);
  }

  @Test
  void train_intoAFolderInUse_isRefused() {
    Cli.run("train --data % --out %", tiny.data, tiny.run)
        .assertErrorNames(2, "--out is " + tiny.run, "not empty", "--resume", "--overwrite");
    Cli.run("train --out %", tiny.data).assertErrorNames(2, "--out is " + tiny.data, "is a file");
    Cli.run("train --out %", tiny.data.resolve("below"))
        .assertErrorNames(2, tiny.data + " is a file");
  }

  @Test
  void vectors_goTheWholeWayToo_andARunIsResumed() throws IOException {
    Path vectors = tiny.out("vectors.csv");
    StringBuilder lines = new StringBuilder("a,b,c,d\n");
    for (int i = 0; i < 50; i++) {
      lines.append(i % 2).append(",0.5,").append(i / 50.0).append(",1\n");
    }
    Files.writeString(vectors, lines);
    Path run = tiny.out("resumed");
    Cli.json(
        "train --data % --arch mlp --latent 2 --steps 2 --batch 8 --likelihood gaussian"
            + " --no-export --out %",
        vectors, run);
    assertFalse(Files.exists(run.resolve("model")));
    JsonNode more = Cli.json("train --out % --resume --steps 3", run);
    assertEquals(3, more.get("steps").asInt());
    assertTrue(Cli.json("verify --from %", run).get("passed").asBoolean());
    Path generated = tiny.out("v.npy");
    Cli.json("generate --model % --count 6 --out %", run, generated);
    try (NpyReader npy = NpyReader.open(generated)) {
      assertArrayEquals(new int[] {6, 4}, npy.shape());
    }
    Cli.run("generate --model % --out %", run, tiny.out("v.png"))
        .assertErrorNames(2, "v.png", "vectors of 4 values", ".npy");
  }

  @Test
  void aResumedRun_keepsNoModelOfItsOldWeights() throws IOException {
    Path run = tiny.out("old model");
    String line = "train --data % --arch conv32 --latent 2 --batch 8 --out % --steps ";
    Cli.json(line + "2", tiny.data, run);
    assertTrue(Files.exists(run.resolve("model/encoder.onnx")));
    Cli.json(line + "3 --resume --no-export", tiny.data, run);
    assertFalse(Files.exists(run.resolve("model")));
  }

  @Test
  void unusableInputOfARun_endsWith2() throws IOException {
    Path run = tiny.out("of other data");
    String line = "train --arch conv32 --latent 2 --batch 8 --no-export --data % --out %";
    Cli.json(line + " --steps 2", tiny.data, run);
    Path other = tiny.out("other.npy");
    try (NpyWriter writer = NpyWriter.create(other, 40, TinyRun.SIDE, TinyRun.SIDE)) {
      int values = 40 * TinyRun.SIDE * TinyRun.SIDE;
      writer.write(new float[values], 0, values);
    }
    Cli resumed = Cli.run(line + " --steps 3 --resume --validation-fraction 0.05", other, run);
    assertEquals(2, resumed.exitCode(), resumed.err());
    assertTrue(resumed.err().contains("Give the same data"), resumed.err());
    try (Stream<Path> checkpoints = Files.list(run.resolve("checkpoints"))) {
      for (Path checkpoint : checkpoints.toList()) {
        Files.writeString(checkpoint, "damaged");
      }
    }
    Cli damaged = Cli.run(line + " --steps 3 --resume", tiny.data, run);
    assertEquals(2, damaged.exitCode(), damaged.err());
    assertTrue(damaged.err().contains("none of its checkpoints can be read"), damaged.err());
  }

  @Test
  void train_withEpochs_countsTheDataThatIsNotHeldOut() throws IOException {
    // 5 % of 200 images are held out: 190 are left, and two times that in batches of 50 is 7.6.
    JsonNode json =
        Cli.json(
            "train --data % --arch conv32 --epochs 2 --batch 50 --no-export --out %",
            tiny.data, tiny.out("epochs"));
    assertEquals(8, json.get("steps").asInt());
  }

  @Test
  void train_withAConfigFile_takesItAndLetsOptionsWin() throws IOException {
    Path config = tiny.out("mine.yaml");
    Files.writeString(config, "data: " + tiny.data + "\narch: conv32\nsteps: 9\nbatch: 8\n");
    JsonNode json =
        Cli.json("train --config % --steps 3 --no-export --out %", config, tiny.out("configured"));
    assertEquals(3, json.get("steps").asInt());
    assertEquals(24, json.get("images").asInt());
    Files.writeString(config, "dta: sprites\n");
    Cli.run("train --config % --out %", config, tiny.out("never"))
        .assertErrorNames(2, "mine.yaml", "dta");
    assertFalse(Files.exists(tiny.out("never")));
  }

  @Test
  void train_onDataThatDoNotFit_leavesNothing() {
    Path out = tiny.out("unfit");
    Cli.run("train --data % --arch conv64 --out %", tiny.data, out)
        .assertErrorNames(2, "conv64", "28x28x1", "conv32");
    Cli.run("train --data % --out %", tiny.out("none.npy"), out).assertErrorNames(2, "none.npy");
    Path large = tiny.out("large.npy");
    try (NpyWriter writer = NpyWriter.create(large, 4, 3)) {
      writer.write(new float[] {0, 0, 0, 1, 1, 1, 0, 0, 0, 5, 5, 5}, 0, 12);
    }
    Cli.run("train --data % --arch mlp --out %", large, out)
        .assertErrorNames(2, "0.0 to 5.0", "[0,1]", "gaussian");
    assertFalse(Files.exists(out));
  }

  @Test
  void train_withSeveralWrongOptions_namesThemAll() {
    Cli.run("train --beta NaN --steps many --arch cnv64 --out x")
        .assertErrorNames(
            2,
            "--beta is \"NaN\", expected a finite number >= 0",
            "--steps is \"many\", expected a whole number from 1",
            "--arch is \"cnv64\", expected one of conv64, burgess64, conv32, mlp, resnet, layers"
                + " (did you mean conv64?)",
            "betavae train --help");
    Cli.run("train --steps 1 --epochs 1 --resume --overwrite --out x")
        .assertErrorNames(2, "--steps and --epochs", "--resume and --overwrite");
  }

  @Test
  void train_withAnotherOptimiserAndSchedule_logsItsRates_andIsResumed() throws IOException {
    Path run = tiny.out("optimised");
    Cli.json(
        "train --data % --arch conv32 --latent 2 --batch 8 --steps 20 --log-every 5"
            + " --optimizer adamw --weight-decay 0.05 --learning-rate 1e-3 --adam-beta2 0.99"
            + " --learning-rate-schedule cosine --final-rate-fraction 0.1 --warm-up-steps 10"
            + " --clip-norm 50 --average-decay 0.9 --no-export --out %",
        tiny.data, run);
    List<JsonNode> lines = new ArrayList<>();
    for (String line : Files.readAllLines(run.resolve("history.jsonl"))) {
      JsonNode node = new ObjectMapper().readTree(line);
      if (!node.has("split")) {
        lines.add(node);
      }
    }
    double wave = 0.5 * (1 + Math.cos(Math.PI * 4 / 20));
    assertEquals(
        0.5 * 1e-3 * (0.1 + 0.9 * wave), lines.get(0).get("learning_rate").asDouble(), 1e-15);
    assertTrue(lines.get(3).get("learning_rate").asDouble() < 2e-4);
    assertTrue(lines.get(3).get("gradient_norm").asDouble() > 0);
    String config = Files.readString(run.resolve("config.yaml"));
    assertTrue(config.contains("weight-decay: 0.05"), config);
    assertTrue(config.contains("learning-rate-schedule: \"cosine\""), config);
    JsonNode more = Cli.json("train --out % --resume --steps 22", run);
    assertEquals(22, more.get("steps").asInt());
    assertTrue(Cli.json("verify --from %", run).get("passed").asBoolean());
  }

  @Test
  void train_withSettingsOfAnotherOptimiser_isRefused() {
    Cli.run("train --data % --optimizer adm --out %", tiny.data, tiny.out("never"))
        .assertErrorNames(2, "--optimizer is \"adm\"", "adam, adamw, adagrad, rmsprop, sgd");
    Cli.run("train --data % --weight-decay 0.1 --out %", tiny.data, tiny.out("never"))
        .assertErrorNames(2, "weight-decay is 0.1", "optimizer adam has none");
    Cli.run("train --data % --nesterov --out %", tiny.data, tiny.out("never"))
        .assertErrorNames(2, "nesterov is true", "choose another optimizer");
    Cli.run("train --data % --learning-rate-schedule cosin --out %", tiny.data, tiny.out("never"))
        .assertErrorNames(2, "learning-rate-schedule is cosin", "Did you mean cosine?");
    assertFalse(Files.exists(tiny.out("never")));
  }

  @Test
  void pictures_ofAFolder_areResizedToTheNetwork() throws IOException {
    Path pictures = Files.createDirectories(tiny.out("pictures"));
    for (int i = 0; i < 6; i++) {
      BufferedImage image = new BufferedImage(20 + i, 30, BufferedImage.TYPE_INT_RGB);
      image.setRGB(i, i, 0xff8000);
      ImageIO.write(image, "png", pictures.resolve(i + ".png").toFile());
    }
    Path run = tiny.out("of pictures");
    Cli.json("train --data % --arch conv32 --steps 2 --batch 2 --no-export --out %", pictures, run);
    JsonNode json = Cli.json("inspect %", run);
    assertEquals("[32,32,3]", json.at("/summary/item_shape").toString());
    Path sized = tiny.out("of sized pictures");
    Cli.json(
        "train --data % --arch mlp --image-size 9 --steps 2 --batch 2 --no-export --out %",
        pictures, sized);
    json = Cli.json("inspect %", sized);
    assertEquals("[9,9,3]", json.at("/summary/item_shape").toString());
    Path gray = Files.createDirectories(tiny.out("gray pictures"));
    for (int i = 0; i < 4; i++) {
      BufferedImage image = new BufferedImage(20 + i, 30, BufferedImage.TYPE_BYTE_GRAY);
      image.getRaster().setSample(i, i, 0, 200);
      ImageIO.write(image, "png", gray.resolve(i + ".png").toFile());
    }
    TrainConfig config =
        TrainConfig.defaults().toBuilder().data(gray.toString()).arch("conv32").build();
    try (Dataset data = TrainingData.open(config, Optional.empty())) {
      assertEquals(ItemShape.image(32, 32, 1), data.shape());
    }
  }

  @Test
  void benchTrain_hasTheKeysOfItsPeers() throws IOException {
    JsonNode json =
        Cli.json(
            "bench train --data % --arch conv32 --batch 8 --steps 4 --window 2 --warm-up 1",
            tiny.data);
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
    Cli.run("bench train --steps 4").assertErrorNames(2, "--steps is 4", "--window");
  }

  @Test
  void quickstart_withoutTime_isRefused() throws IOException {
    Cli.run("quickstart --minutes 0 --out %", tiny.out("q"))
        .assertErrorNames(2, "--minutes is \"0\"", "from 0.5");
    Cli.run("quickstart --out %", tiny.run).assertErrorNames(2, "not empty", "--overwrite");
    Path mine = Files.createDirectories(tiny.out("mine"));
    Files.createDirectories(mine.resolve("pictures/holiday"));
    Files.writeString(mine.resolve("generated.png"), "mine");
    Cli.run("quickstart --overwrite --out %", mine)
        .assertErrorNames(2, "mine holds generated.png, pictures", "no config.yaml of a run");
    Cli.run("train --data % --arch conv32 --overwrite --out %", tiny.data, mine)
        .assertErrorNames(2, "mine holds generated.png, pictures", "Name another folder");
    assertTrue(Files.exists(mine.resolve("pictures/holiday")));
    assertTrue(Files.exists(mine.resolve("generated.png")));
    assertFalse(Files.exists(tiny.out("q")));
  }
}
