package org.betavae.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainConfigTest {
  @TempDir Path folder;

  @Test
  void everySetting_survivesTheYamlFile() {
    TrainConfig config =
        new TrainConfig(
            "a b.npz",
            "vae",
            0.5,
            3,
            "mlp",
            "gaussian",
            0.25,
            7_000_000_000L,
            5,
            3e-7,
            -9,
            1,
            "bf16",
            "cpu",
            0.125,
            11,
            13,
            17,
            19,
            23);
    RunFolder run = RunFolder.create(folder.resolve("run"), false);
    run.writeConfig(config);
    assertEquals(config, run.readConfig());
  }

  @Test
  void missingSettings_haveTheirDefaults() throws IOException {
    TrainConfig read = RunFolder.readConfig(yaml("beta: 8\nlearning-rate: 5e-4\n"));
    assertEquals(8, read.beta());
    assertEquals(5e-4, read.learningRate());
    assertEquals(TrainConfig.defaults().latent(), read.latent());
  }

  @Test
  void unknownSetting_isNamedWithItsLineAndTheKnownOnes() {
    var e =
        assertThrows(
            IllegalArgumentException.class,
            () -> RunFolder.readConfig(yaml("beta: 1\nbetta: 2\n")));
    assertTrue(e.getMessage().contains("unknown setting betta in line 2"), e.getMessage());
    assertTrue(e.getMessage().contains("learning-rate"), e.getMessage());
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
  void wrongSettings_areRefusedWithValueAndAdvice() {
    refused(b -> b.beta(Double.NaN), "beta is NaN", "Use 1 for a plain VAE");
    refused(b -> b.latent(0), "latent is 0", "10");
    refused(b -> b.steps(-5), "steps is -5", "--epochs");
    refused(b -> b.batch(0), "batch is 0", "64");
    refused(b -> b.learningRate(0), "learning-rate is 0.0", "1e-4");
    refused(b -> b.learningRate(Double.NaN), "learning-rate is NaN", "1e-4");
    refused(b -> b.threads(0), "threads is 0", "cores");
    refused(b -> b.arch("resnet99"), "arch is resnet99", "conv64, conv32, mlp");
    refused(b -> b.objective("gan"), "objective is gan", "beta-vae");
    refused(b -> b.precision("fp8"), "precision is fp8", "fp32, bf16");
    refused(b -> b.device("tpu"), "device is tpu", "auto, cpu, gpu");
    refused(b -> b.validationFraction(1), "validation-fraction is 1.0", "0.05");
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
