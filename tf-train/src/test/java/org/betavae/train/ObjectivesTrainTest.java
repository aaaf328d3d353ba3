package org.betavae.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.betavae.data.ItemShape;
import org.betavae.train.checkpoint.Checkpoint;
import org.betavae.train.checkpoint.CheckpointStore;
import org.betavae.train.objective.Objective;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Runs with every objective. */
class ObjectivesTrainTest {
  private static final Blobs DATA = new Blobs(ItemShape.image(28, 28, 1), 100);

  @TempDir Path folder;

  static Stream<TrainConfig> everyObjective() {
    return Objective.NAMES.stream()
        .flatMap(
            name -> {
              TrainConfig config = config().objective(name).build();
              return name.equals("beta-tcvae")
                  ? Stream.of("analytic", "mws-analytic", "mws", "mss")
                      .map(e -> config.toBuilder().set("tc-estimator", e).build())
                  : Stream.of(config);
            });
  }

  @ParameterizedTest
  @MethodSource("everyObjective")
  void restoredSession_goesOnWithTheSameBits_andTowersWithTheSameLoss(TrainConfig config) {
    Checkpoint half;
    Map<String, float[]> whole;
    List<float[]> losses = new ArrayList<>();
    try (VaeSession session = new VaeSession(config, DATA.shape(), DATA.size(), "cpu")) {
      session.initialize();
      losses.addAll(train(session, config, 1, 2));
      half = session.checkpoint(2, Map.of());
      losses.addAll(train(session, config, 3, 4));
      whole = session.state();
    }
    try (VaeSession session = new VaeSession(config, DATA.shape(), DATA.size(), "cpu")) {
      session.restore(half, "half");
      train(session, config, 3, 4);
      session
          .state()
          .forEach((name, values) -> assertArrayEquals(whole.get(name), values, 0f, name));
    }
    TrainConfig towers = config.toBuilder().threads(2).build();
    try (VaeSession session = new VaeSession(towers, DATA.shape(), DATA.size(), "cpu")) {
      session.initialize();
      List<float[]> split = train(session, towers, 1, 4);
      for (int i = 0; i < split.size(); i++) {
        for (int t = 0; t < split.get(i).length; t++) {
          float one = losses.get(i)[t];
          assertTrue(Float.isFinite(one), session.termNames().get(t));
          // Sums in another order, over four steps; a part of the batch would differ by percents.
          assertEquals(one, split.get(i)[t], 1e-3 * Math.max(1, Math.abs(one)));
        }
      }
    }
  }

  @Test
  void discriminator_isInCheckpointsAloneAndLearns() {
    RunFolder run = RunFolder.create(folder.resolve("run"), false);
    TrainConfig config = config().objective("factor-vae").build();
    RunSummary summary = Trainer.start(run, config, DATA, TrainListener.NONE);
    TrainConfig plain = config().objective("vae").build();
    try (VaeSession vae = new VaeSession(plain, DATA.shape(), DATA.size(), "cpu")) {
      assertEquals(vae.parameterCount(), summary.parameters());
    }
    assertTrue(read(run).containsKey("discriminator/dense6/kernel"));
    assertTrue(read(run).containsKey("adam/discriminator/logits/bias/m"));
    assertTrue(Files.isDirectory(run.encoder()));
    List<History.Line> lines = training(run);
    assertEquals(
        List.of("total_correlation", "discriminator_loss", "discriminator_accuracy"),
        List.copyOf(lines.get(0).further().keySet()));
    assertEquals(Math.log(2), lines.get(0).further().get("discriminator_loss"), 0.1);
  }

  @Test
  void discriminator_takesOneAdamStepOfItsOwnRate() {
    TrainConfig config =
        config().objective("factor-vae").set("discriminator-learning-rate", 0.01).build();
    try (VaeSession session = new VaeSession(config, DATA.shape(), DATA.size(), "cpu")) {
      session.initialize();
      float[] before = bias(session);
      train(session, config, 1, 1);
      float[] after = bias(session);
      for (int i = 0; i < before.length; i++) {
        // Adam's first step is the rate, whatever the gradient.
        assertEquals(0.01, Math.abs(after[i] - before[i]), 1e-5);
      }
    }
  }

  private static float[] bias(VaeSession session) {
    return session.state().get("discriminator/logits/bias");
  }

  private static TrainConfig.Builder config() {
    return TrainConfig.defaults().toBuilder()
        .data("blobs")
        .arch("conv32")
        .latent(3)
        .batch(8)
        .threads(1)
        .steps(4)
        .learningRate(1e-3)
        .set("log-every", 1)
        .set("checkpoint-every", 100)
        .set("validation-fraction", 0.1);
  }

  /** Steps on items of the data set in order; what they report. */
  private static List<float[]> train(
      VaeSession session, TrainConfig config, long first, long last) {
    int size = DATA.shape().size();
    List<float[]> terms = new ArrayList<>();
    for (long step = first; step <= last; step++) {
      float[] values = new float[config.batch() * size];
      for (int i = 0; i < config.batch(); i++) {
        DATA.read((int) (step * config.batch()) + i, values, i * size);
      }
      terms.add(session.step(values, step, config.learningRate()).clone());
    }
    return terms;
  }

  private static List<History.Line> training(RunFolder run) {
    return new History(run.historyFile()).lines().stream().filter(l -> !l.validation()).toList();
  }

  private static Map<String, float[]> read(RunFolder run) {
    return new CheckpointStore(run.checkpoints(), 3)
        .latest(m -> {})
        .orElseThrow()
        .checkpoint()
        .arrays();
  }
}
