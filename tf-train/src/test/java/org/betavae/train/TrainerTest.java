package org.betavae.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.betavae.data.ItemShape;
import org.betavae.train.checkpoint.Checkpoint;
import org.betavae.train.checkpoint.CheckpointStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainerTest {
  private static final ItemShape SMALL = ItemShape.image(28, 28, 1);

  @TempDir Path folder;

  @Test
  void training_lowersTheLoss_andWritesTheWholeRunFolder() throws IOException {
    RunFolder run = RunFolder.create(folder.resolve("run"), false);
    TrainConfig config = config().steps(150).learningRate(2e-3).set("log-every", 25).build();

    RunSummary summary = Trainer.start(run, config, new Blobs(SMALL, 500), TrainListener.NONE);

    List<History.Line> lines = new History(run.historyFile()).lines();
    List<History.Line> training = lines.stream().filter(l -> !l.validation()).toList();
    assertEquals(6, training.size());
    double first = training.get(0).negativeElbo();
    assertTrue(summary.negativeElbo() < first / 2, first + " to " + summary.negativeElbo());
    assertEquals(summary.negativeElbo(), summary.reconstruction() + summary.kl(), 1e-9);
    assertEquals(summary.loss(), summary.reconstruction() + 4 * summary.kl(), 1e-3);
    assertEquals(summary.kl(), summary.klPerDimension().stream().mapToDouble(d -> d).sum(), 1e-9);
    assertEquals(summary, run.readSummary());
    assertEquals(config, run.readConfig());
    for (String picture : List.of("reconstructions", "samples", "traversals", "history")) {
      assertTrue(ImageIO.read(run.pictures().resolve(picture + ".png").toFile()) != null, picture);
    }
    assertTrue(Files.size(run.pictures().resolve("traversals.gif")) > 0);
  }

  @Test
  void resumedRun_endsWithTheSameBitsAsAnUnbrokenOne() {
    TrainConfig whole = config().threads(1).steps(12).set("checkpoint-every", 4).build();
    Map<String, float[]> expected = trainAndRead("whole", whole);

    RunFolder run = RunFolder.create(folder.resolve("parts"), false);
    Blobs data = new Blobs(SMALL, 100);
    Trainer.start(run, whole.toBuilder().steps(7).build(), data, TrainListener.NONE);
    Trainer.resume(run, whole, data, TrainListener.NONE);

    assertSameBits(expected, read(run));
    long lines =
        new History(run.historyFile()).lines().stream().filter(l -> !l.validation()).count();
    assertEquals(12, lines);
  }

  @Test
  void sameSeed_givesTheSameBits_andAnotherSeedDoesNot() {
    TrainConfig config = config().steps(5).build();
    Map<String, float[]> first = trainAndRead("first", config);
    assertSameBits(first, trainAndRead("second", config));
    Map<String, float[]> other = trainAndRead("other", config.toBuilder().seed(1).build());
    assertTrue(
        !java.util.Arrays.equals(
            first.get("decoder/dense1/kernel"), other.get("decoder/dense1/kernel")));
  }

  @Test
  void towers_changeRoundingAndNothingElse() {
    TrainConfig config = config().steps(3).build();
    Map<String, float[]> one = trainAndRead("one", config.toBuilder().threads(1).build());
    Map<String, float[]> three = trainAndRead("three", config.toBuilder().threads(3).build());
    // After 3 Adam steps of 1e-3, weights moved by up to 3e-3; sums in another order stay below 1%.
    for (String name : List.of("encoder/conv1/kernel", "decoder/conv_transpose2/bias")) {
      assertArrayEquals(one.get(name), three.get(name), 3e-5f, name);
    }
  }

  @Test
  void divergedLoss_stopsAndKeepsTheLastCheckpoint() {
    RunFolder run = RunFolder.create(folder.resolve("run"), false);
    Blobs data = new Blobs(SMALL, 100);
    TrainConfig good = config().steps(4).set("checkpoint-every", 2).build();
    Trainer.start(run, good, data, TrainListener.NONE);
    TrainConfig wild = good.toBuilder().steps(400).learningRate(1e6).build();

    var e =
        assertThrows(
            TrainException.class, () -> Trainer.resume(run, wild, data, TrainListener.NONE));

    assertTrue(e.getMessage().matches("Training diverged at step \\d+: .*"), e.getMessage());
    assertTrue(e.getMessage().contains("smaller --learning-rate than 1000000.0"), e.getMessage());
    Checkpoint kept = store(run).latest(m -> {}).orElseThrow().checkpoint();
    assertTrue(StateCheck.firstNotFinite(kept.arrays()) == null);
  }

  @Test
  void stoppedRun_endsAsIfItWereDone() {
    RunFolder run = RunFolder.create(folder.resolve("run"), false);
    List<Long> steps = new ArrayList<>();
    TrainListener stopAfterThree =
        new TrainListener() {
          @Override
          public void onProgress(Progress progress) {
            steps.add(progress.step());
          }

          @Override
          public boolean shouldStop() {
            return steps.size() == 3;
          }
        };
    RunSummary summary =
        Trainer.start(run, config().steps(1000).build(), new Blobs(SMALL, 100), stopAfterThree);
    assertEquals(3, summary.steps());
    assertEquals(List.of(1L, 2L, 3L), steps);
    assertEquals(3, store(run).latest(m -> {}).orElseThrow().checkpoint().step());
  }

  @Test
  void checkpointOfAnotherNetwork_isRefusedWithTheDifferences() {
    RunFolder run = RunFolder.create(folder.resolve("run"), false);
    Blobs data = new Blobs(SMALL, 100);
    TrainConfig config = config().steps(2).build();
    Trainer.start(run, config, data, TrainListener.NONE);
    TrainConfig other = config.toBuilder().latent(7).steps(4).build();
    run.writeConfig(other); // a config.yaml of another run
    var e =
        assertThrows(
            TrainException.class, () -> Trainer.resume(run, other, data, TrainListener.NONE));
    assertTrue(
        e.getMessage().contains("encoder/mean/kernel is [256, 4] instead of [256, 7]"),
        e.getMessage());
    assertTrue(e.getMessage().contains("config.yaml"), e.getMessage());
  }

  @Test
  void valuesOutsideTheUnitInterval_areRefusedForBernoulli() {
    RunFolder run = RunFolder.create(folder.resolve("run"), false);
    var e =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                Trainer.start(
                    run, config().build(), new Blobs(SMALL, 10, 255), TrainListener.NONE));
    assertTrue(e.getMessage().contains("from 0.0 to 255.0"), e.getMessage());
    assertTrue(e.getMessage().contains("--likelihood gaussian"), e.getMessage());
  }

  @Test
  void gpuWithoutAGpu_saysWhatIsMissing() {
    // Only meaningful where there is no GPU, which is where the message is shown.
    org.junit.jupiter.api.Assumptions.assumeTrue(Devices.resolve("auto").equals("cpu"));
    var e = assertThrows(TrainException.class, () -> Devices.resolve("gpu"));
    assertTrue(e.getMessage().contains("CUDA 12.5"), e.getMessage());
    assertTrue(e.getMessage().contains("BETAVAE_GPU=1"), e.getMessage());
  }

  @Test
  void vectorsAndColourImages_train() {
    for (ItemShape shape : List.of(ItemShape.vector(12), ItemShape.image(32, 32, 3))) {
      RunFolder run = RunFolder.create(folder.resolve(shape.toString()), false);
      String arch = shape.image() ? "conv32" : "mlp";
      TrainConfig config = config().arch(arch).likelihood("gaussian").steps(3).build();
      RunSummary summary = Trainer.start(run, config, new Blobs(shape, 50), TrainListener.NONE);
      assertTrue(Double.isFinite(summary.negativeElbo()));
    }
  }

  private static TrainConfig.Builder config() {
    return TrainConfig.defaults().toBuilder()
        .data("blobs")
        .arch("conv32")
        .latent(4)
        .batch(12)
        .threads(2)
        .steps(10)
        .learningRate(1e-3)
        .set("log-every", 1)
        .set("validation-every", 50)
        .set("validation-fraction", 0.1);
  }

  private Map<String, float[]> trainAndRead(String name, TrainConfig config) {
    RunFolder run = RunFolder.create(folder.resolve(name), false);
    Trainer.start(run, config, new Blobs(SMALL, 100), TrainListener.NONE);
    return read(run);
  }

  private static Map<String, float[]> read(RunFolder run) {
    return store(run).latest(m -> {}).orElseThrow().checkpoint().arrays();
  }

  private static CheckpointStore store(RunFolder run) {
    return new CheckpointStore(run.checkpoints(), 3);
  }

  private static void assertSameBits(Map<String, float[]> expected, Map<String, float[]> actual) {
    assertEquals(expected.keySet(), actual.keySet());
    expected.forEach((name, values) -> assertArrayEquals(values, actual.get(name), 0f, name));
  }
}
