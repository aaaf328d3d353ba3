package org.betavae.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import org.betavae.train.network.NetworkSettings;
import org.betavae.train.objective.LikelihoodSettings;
import org.betavae.train.objective.ObjectiveSettings;
import org.betavae.train.objective.PriorSettings;
import org.betavae.train.objective.SupervisedSettings;
import org.betavae.train.optimizer.OptimizerSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainConfigTest {
  @TempDir Path folder;

  @Test
  void everySetting_survivesTheYamlFile() {
    TrainConfig config =
        new TrainConfig(
            "a b.npz",
            new ObjectiveSettings(
                "info-vae",
                0.5,
                true,
                "0:12.0,7:2.5",
                77,
                0.25,
                3.5,
                -0.5,
                29,
                31,
                37,
                null,
                "mss",
                41,
                43,
                0.45),
            new SupervisedSettings("xent", 43.5, 47),
            new LikelihoodSettings("gaussian", "learned", 0.25, "sigmoid"),
            new PriorSettings("standard-normal", 21),
            NetworkSettings.named("mlp", 3),
            new OptimizerSettings(
                "rmsprop",
                3e-7,
                "exponential",
                5,
                0.25,
                29,
                0.125,
                0.75,
                4,
                0.1,
                0.2,
                1e-3,
                0.4,
                false,
                null,
                0.6,
                31,
                0.99),
            new RunSettings(7_000_000_000L, 5, -9, 1, "bf16", "cpu", 17, 19, 23, "best"),
            new ValidationSettings("c.npz", 0.125, 11, 13, 5, 0.5, 47),
            new FineTuneSettings(
                "e.onnx,d.onnx",
                "encoder,*bias",
                "encoder=0.5,*kernel=2",
                "update",
                "i",
                "m",
                "l",
                "z",
                "o",
                "mean",
                "nhwc",
                19));
    RunFolder run = RunFolder.create(folder.resolve("run"), false);
    run.writeConfig(config);
    assertEquals(config, run.readConfig());
  }

  @Test
  void listsOfLayers_surviveTheYamlFile_andDefaultsAreWrittenOut() throws IOException {
    TrainConfig config =
        RunFolder.readConfig(
            yaml(
                """
                arch: layers
                image-size: 8
                encoder-layers:
                - {conv: {filters: 8, kernel: 3, padding: valid, init: he}}
                - batch-norm
                - leaky-relu
                - activation: gelu
                - max-pool: 2
                - residual: [relu, {conv: {filters: 8, kernel: 3, init: zeros}}]
                - flatten
                - {dropout: 0.25}
                decoder-layers:
                - dense: 16
                - layer-norm: {epsilon: 1e-5}
                - {reshape: [2, 2, 4]}
                - {resize: {size: [4, 4], method: bilinear}}
                - {average-pool: {size: 3, stride: 1}}
                - {conv-transpose: {filters: 1, kernel: 4, stride: 2}}
                - {reshape: {shape: [64]}}
                """));
    RunFolder run = RunFolder.create(folder.resolve("run"), false);
    run.writeConfig(config);
    assertEquals(config, run.readConfig());
    assertEquals(config, config.toBuilder().build());
    assertEquals(8, config.network().encoderLayers().size());
    String text = Files.readString(run.configFile());
    assertTrue(text.contains("stride: 1"), text);
    assertTrue(text.contains("epsilon: 0.001"), text);
    assertTrue(!Files.readString(defaultsFile()).contains("layers"));
  }

  private Path defaultsFile() {
    RunFolder run = RunFolder.create(folder.resolve("defaults"), false);
    run.writeConfig(TrainConfig.defaults());
    return run.configFile();
  }

  @Test
  void missingSettings_haveTheirDefaults() throws IOException {
    TrainConfig read = RunFolder.readConfig(yaml("beta: 8\nlearning-rate: 5e-4\n"));
    assertEquals(8, read.objective().beta());
    assertEquals(5e-4, read.learningRate());
    assertEquals(TrainConfig.defaults().latent(), read.latent());
  }

  @Test
  void unknownSetting_isNamedWithItsLineAndTheKnownOnes() {
    var e =
        assertThrows(
            IllegalArgumentException.class,
            () -> RunFolder.readConfig(yaml("beta: 1\nbetta: 2\n")));
    assertTrue(
        e.getMessage().contains("config.yaml line 2: unknown setting betta"), e.getMessage());
    assertTrue(e.getMessage().contains("learning-rate"), e.getMessage());
    assertTrue(e.getMessage().endsWith("Did you mean beta?"), e.getMessage());
  }

  @Test
  void wrongSettingInAFile_isNamedWithItsValue() {
    var e =
        assertThrows(
            IllegalArgumentException.class, () -> RunFolder.readConfig(yaml("beta: -1\n")));
    assertTrue(e.getMessage().contains("beta is -1.0, expected a finite number"), e.getMessage());
    assertEquals(1, e.getMessage().lines().count(), e.getMessage());
  }

  @Test
  void settingWithoutAValue_isRefused_unlessItMayBeLeftToAnother() throws IOException {
    assertNoValue("beta:", "beta has no value, expected a number. Leave the line out for 4.");
    assertNoValue(
        "learning-rate: ~",
        "learning-rate has no value, expected a number. Leave the line out for 0.0001.");
    assertNoValue(
        "batch:", "batch has no value, expected a whole number. Leave the line out for 64.");
    assertNoValue("arch:", "arch has no value, expected a text. Leave the line out for conv64.");
    assertNoValue(
        "nesterov:",
        "nesterov has no value, expected true or false. Leave the line out for false.");
    assertEquals(
        TrainConfig.defaults(), RunFolder.readConfig(yaml("gamma:\nsigma:\nvalidation-data:\n")));
  }

  @Test
  void filesThatAreNoSettings_areNamed() throws IOException {
    Path none = folder.resolve("none.yaml");
    var e = assertThrows(IllegalArgumentException.class, () -> RunFolder.readConfig(none));
    assertEquals(
        "Cannot read " + none + ": no such file, expected settings in YAML. Check the path.",
        e.getMessage());
    Path binary = Files.write(folder.resolve("x.yaml"), new byte[] {(byte) 0xff, 0});
    e = assertThrows(IllegalArgumentException.class, () -> RunFolder.readConfig(binary));
    assertTrue(e.getMessage().contains("no text in UTF-8"), e.getMessage());
    Path tab = yaml("arch: mlp\n\tbatch: 8\n");
    e = assertThrows(IllegalArgumentException.class, () -> RunFolder.readConfig(tab));
    assertTrue(e.getMessage().startsWith(tab + " line 2: no YAML: "), e.getMessage());
    assertTrue(e.getMessage().contains("Do not use \\t(TAB)"), e.getMessage());
    assertTrue(e.getMessage().endsWith(" Write one setting a line, such as 'beta: 4'."));
    assertEquals(1, e.getMessage().lines().count(), e.getMessage());
    Path twice = yaml("arch: mlp\nsteps: 2\nsteps: 3\n");
    e = assertThrows(IllegalArgumentException.class, () -> RunFolder.readConfig(twice));
    assertTrue(e.getMessage().contains("line 3: no YAML: Duplicate field 'steps'"), e.getMessage());
  }

  private void assertNoValue(String line, String message) throws IOException {
    Path file = yaml("latent: 3\n" + line + "\n");
    var e = assertThrows(IllegalArgumentException.class, () -> RunFolder.readConfig(file));
    assertEquals(file + " line 2: " + message, e.getMessage());
  }

  @Test
  void wrongSettings_areRefusedWithValueAndAdvice() {
    refused(b -> b.beta(Double.NaN), "beta is NaN", "Use 1 for a plain VAE");
    refused(b -> b.latent(0), "latent is 0", "10");
    refused(b -> b.steps(-5), "steps is -5", "--epochs");
    refused(b -> b.batch(0), "batch is 0", "64");
    refused(b -> b.learningRate(0), "learning-rate is 0.0", "1e-4");
    refused(b -> b.learningRate(Double.NaN), "learning-rate is NaN", "1e-4");
    refused(b -> b.set("optimizer", "adan"), "optimizer is adan", "Did you mean adam?");
    refused(b -> b.set("momentum", 0.9), "momentum is 0.9", "optimizer adam has none");
    refused(b -> b.set("clip-norm", -1), "clip-norm is -1.0", "0 for no limit");
    refused(b -> b.threads(0), "threads is 0", "cores");
    refused(b -> b.arch("resnet99"), "arch is resnet99", "conv64, burgess64, conv32, mlp");
    refused(b -> b.arch("layers"), "encoder-layers is missing or empty", "docs/networks.md");
    refused(
        b -> b.set("decoder-layers", List.of("relu", "tanh")),
        "decoder-layers has 2 layers and arch is conv64",
        "Set arch, or leave out");
    refused(b -> b.set("image-size", 0), "image-size is 0", "Leave it out");
    refused(b -> b.objective("gan"), "objective is gan", "beta-vae");
    refused(b -> b.set("precision", "fp8"), "precision is fp8", "fp32, bf16");
    refused(b -> b.set("device", "tpu"), "device is tpu", "auto, cpu, gpu");
    refused(b -> b.set("validation-fraction", 1.0), "validation-fraction is 1.0", "0.05");
    refused(b -> b.set("beta-schedule", "up"), "beta-schedule is up", "warm-up, cyclic");
    refused(b -> b.set("beta-schedule", "0:1,x"), "part \"x\"", "STEP:VALUE");
    refused(b -> b.set("beta-ramp", 0), "beta-ramp is 0.0", "0.5");
    refused(b -> b.set("beta", "much"), "beta is \"much\"", "a number");
    refused(b -> b.set("latent", 2.5), "latent is 2.5", "a whole number");
    refused(b -> b.set("betta", 2), "unknown setting betta", "beta");
    refused(b -> b.data(" "), "data is  ", "sprites");
  }

  @Test
  void outputThatIsAFile_isRefused() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "x");
    var e = assertThrows(IllegalArgumentException.class, () -> RunFolder.create(file, true));
    assertTrue(e.getMessage().contains(file + " is a file"), e.getMessage());
  }

  @Test
  void outputThatIsNotEmpty_isRefused_unlessItMayBeOverwritten() throws IOException {
    Path run = Files.createDirectories(folder.resolve("run"));
    Files.writeString(run.resolve("history.jsonl"), "{}");
    Files.writeString(run.resolve("notes.txt"), "mine");
    var e = assertThrows(IllegalArgumentException.class, () -> RunFolder.create(run, false));
    assertTrue(e.getMessage().contains("--resume"), e.getMessage());
    e = assertThrows(IllegalArgumentException.class, () -> RunFolder.create(run, true));
    assertTrue(e.getMessage().contains("holds history.jsonl, notes.txt"), e.getMessage());
    assertTrue(e.getMessage().contains("Name another folder"), e.getMessage());
    new RunFolder(run).writeConfig(TrainConfig.defaults());
    RunFolder.create(run, true);
    assertTrue(Files.notExists(run.resolve("history.jsonl")));
    assertEquals("mine", Files.readString(run.resolve("notes.txt")));
  }

  private static void refused(
      UnaryOperator<TrainConfig.Builder> change, String value, String advice) {
    var e =
        assertThrows(
            IllegalArgumentException.class,
            () -> change.apply(TrainConfig.defaults().toBuilder()).build());
    assertTrue(e.getMessage().contains(value), e.getMessage());
    assertTrue(e.getMessage().contains(advice), e.getMessage());
  }

  private Path yaml(String text) throws IOException {
    return Files.writeString(folder.resolve("config.yaml"), text);
  }
}
