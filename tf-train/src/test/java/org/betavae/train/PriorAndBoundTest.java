package org.betavae.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.betavae.data.ItemShape;
import org.betavae.train.checkpoint.Checkpoint;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The mixture prior, and importance weighted bounds in training and after. */
class PriorAndBoundTest {
  private static final ItemShape SHAPE = ItemShape.image(28, 28, 1);
  private static final int BATCH = 12;

  /** Float32 sums over 784 pixels in another order. */
  private static final double ROUNDING = 2e-5;

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({"vae,vamp", "iwae,standard-normal", "iwae,vamp"})
  void resumedRun_endsWithTheSameBits(String objective, String prior) {
    TrainConfig config = config().objective(objective).set("prior", prior).threads(1).build();
    Checkpoint middle;
    Map<String, float[]> expected;
    try (VaeSession session = session(config)) {
      session.initialize();
      train(session, 1, 2);
      middle = session.checkpoint(2, Map.of());
      train(session, 3, 4);
      expected = session.state();
    }
    assertEquals(prior.equals("vamp"), expected.containsKey(VaeGraph.PSEUDO_INPUTS));
    try (VaeSession session = session(config)) {
      session.restore(middle, "the middle");
      train(session, 3, 4);
      Map<String, float[]> actual = session.state();
      expected.forEach((key, values) -> assertArrayEquals(values, actual.get(key), 0f, key));
    }
  }

  @ParameterizedTest
  @CsvSource({"vae,vamp", "iwae,standard-normal"})
  void twoTowers_loseAsMuchAsOneAtTheFirstStep(String objective, String prior) {
    double[] loss = new double[2];
    for (int threads = 1; threads <= 2; threads++) {
      TrainConfig config =
          config().objective(objective).set("prior", prior).threads(threads).build();
      try (VaeSession session = session(config)) {
        session.initialize();
        loss[threads - 1] = train(session, 1, 1);
        assertTrue(train(session, 2, 12) < loss[threads - 1]);
      }
    }
    assertEquals(loss[0], loss[1], ROUNDING * Math.abs(loss[0]));
  }

  @Test
  void pseudoInputs_areTrained_andNoModelHoldsThem() {
    TrainConfig config = config().set("prior", "vamp").build();
    try (VaeSession session = session(config)) {
      session.initialize();
      float[] before = session.weights().get(VaeGraph.PSEUDO_INPUTS);
      train(session, 1, 2);
      assertEquals(7 * SHAPE.size(), before.length);
      assertFalse(Arrays.equals(before, session.weights().get(VaeGraph.PSEUDO_INPUTS)));
      SavedModels models = new SavedModels(config, SHAPE, session.weights());
      models.writeEncoder(folder.resolve("encoder"));
      try (SavedModelRunner encoder =
          SavedModelRunner.load(folder.resolve("encoder"), "serving_default")) {
        var array = new SavedModelRunner.Array(new long[] {BATCH, 28, 28, 1}, items());
        float[] mean = encoder.run(Map.of("x", array)).get("mean").values();
        assertArrayEquals(session.evaluate(items(), BATCH, 0, 1).mean, mean, 1e-5f);
      }
    }
  }

  @Test
  void samplesOfAMixture_lieWhereItsComponentsDo() {
    TrainConfig config = config().set("prior", "vamp").set("prior-components", 1).build();
    try (VaeSession session = session(config)) {
      session.initialize();
      Checkpoint changed = session.checkpoint(0, Map.of());
      Map<String, float[]> weights = changed.arrays();
      // A bias of 5 moves every posterior, and a log-variance of -8 makes it narrow.
      Arrays.fill(weights.get("encoder/mean/kernel"), 0);
      Arrays.fill(weights.get("encoder/mean/bias"), 5);
      Arrays.fill(weights.get("encoder/log_var/kernel"), 0);
      Arrays.fill(weights.get("encoder/log_var/bias"), -8);
      session.restore(changed, "a test");
      for (float z : PriorSamples.draw(session, config, 50)) {
        assertEquals(5, z, 5 * Math.exp(-4));
      }
      // One component that is every posterior: q(z | x) = p(z), so nothing is to be paid.
      for (double kl : session.evaluate(items(), BATCH, 0, 1).kl) {
        assertEquals(0, kl, 1e-3);
      }
    }
  }

  @Test
  void boundOfOneSample_isTheSampledElbo_andMoreSamplesAreTighter() {
    TrainConfig config = config().build();
    Blobs data = new Blobs(SHAPE, 30);
    try (VaeSession session = session(config)) {
      session.initialize();
      train(session, 1, 30);
      double one = bound(session, config, data, 1);
      double fifty = bound(session, config, data, 50);
      double elbo = Validation.of(session, data, Optional.empty(), config, 30).negativeElbo();
      assertEquals(elbo, one, 0.05 * elbo, "one draw of z against another");
      assertTrue(fifty < one, one + " to " + fifty);
      assertEquals(fifty, bound(session, config, data, 50), 0);
    }
  }

  @Test
  void boundAtTheEnd_isInTheSummaryAndTheLastValidationLine() {
    TrainConfig config =
        config().steps(2).set("iwae-samples", 6).set("validation-fraction", 0.1).build();
    RunFolder run = RunFolder.create(folder.resolve("run"), false);
    RunSummary summary = Trainer.start(run, config, new Blobs(SHAPE, 60), TrainListener.NONE);
    double bound = summary.bounds().get("negative_iwae_6");
    assertTrue(bound > 0 && bound < 1.05 * summary.negativeElbo(), summary.toString());
    var lines = new History(run.historyFile()).lines();
    History.Line last = lines.get(lines.size() - 1);
    assertTrue(last.validation());
    assertEquals(Map.of("negative_iwae_6", bound), last.further());
    assertEquals(summary.bounds(), run.readSummary().bounds());
  }

  @Test
  void boundInTheGraph_isTheBoundInTheLoop() {
    TrainConfig config = config().objective("iwae").set("importance-samples", 8).build();
    try (VaeSession session = session(config)) {
      session.initialize();
      train(session, 1, 5);
      // Many samples from either: the estimates meet.
      double loop = bound(session, config, new Blobs(SHAPE, BATCH), 2001);
      double graph = 0;
      for (int stream = 0; stream < 50; stream++) {
        graph += session.evaluate(items(), BATCH, stream, 5).loss / 50;
      }
      assertTrue(loop < graph, graph + " of 8 samples, " + loop + " of 2001");
      assertEquals(graph, loop, 0.02 * graph);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"beta-tcvae", "info-vae"})
  void objectiveThatComparesWithTheStandardNormal_refusesAMixture(String objective) {
    var e =
        assertThrows(
            IllegalArgumentException.class,
            () -> config().objective(objective).set("prior", "vamp").build());
    assertTrue(e.getMessage().contains("prior is vamp"), e.getMessage());
    assertTrue(e.getMessage().contains("for objective " + objective), e.getMessage());
    assertTrue(e.getMessage().contains("Leave --prior out"), e.getMessage());
  }

  @Test
  void badSettings_areNamedWithTheirValue() {
    var e =
        assertThrows(IllegalArgumentException.class, () -> config().set("prior", "vampp").build());
    assertTrue(e.getMessage().contains("prior is vampp"), e.getMessage());
    assertTrue(e.getMessage().contains("Did you mean vamp?"), e.getMessage());
    e =
        assertThrows(
            IllegalArgumentException.class, () -> config().set("prior-components", 0).build());
    assertTrue(e.getMessage().contains("prior-components is 0"), e.getMessage());
    e =
        assertThrows(
            IllegalArgumentException.class, () -> config().set("iwae-samples", -1).build());
    assertTrue(e.getMessage().contains("iwae-samples is -1"), e.getMessage());
    assertTrue(e.getMessage().contains("Use 0 for no bound"), e.getMessage());
    e =
        assertThrows(
            IllegalArgumentException.class, () -> config().set("importance-samples", 0).build());
    assertTrue(e.getMessage().contains("importance-samples is 0"), e.getMessage());
  }

  private static double bound(VaeSession session, TrainConfig config, Blobs data, int samples) {
    return ImportanceBound.of(session, config, data, samples, () -> false).orElseThrow();
  }

  private static VaeSession session(TrainConfig config) {
    return new VaeSession(config, SHAPE, 60, "cpu");
  }

  private static double train(VaeSession session, long from, long to) {
    double loss = Double.NaN;
    for (long step = from; step <= to; step++) {
      loss = session.step(items(), step, 1e-3)[0];
    }
    return loss;
  }

  private static float[] items() {
    float[] items = new float[BATCH * SHAPE.size()];
    Blobs data = new Blobs(SHAPE, BATCH);
    for (int i = 0; i < BATCH; i++) {
      data.read(i, items, i * SHAPE.size());
    }
    return items;
  }

  private static TrainConfig.Builder config() {
    return TrainConfig.defaults().toBuilder()
        .data("blobs")
        .objective("vae")
        .arch("conv32")
        .set("prior-components", 7)
        .set("importance-samples", 3)
        .latent(4)
        .threads(1)
        .batch(BATCH);
  }
}
