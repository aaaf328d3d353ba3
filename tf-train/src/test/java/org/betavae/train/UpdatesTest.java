package org.betavae.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.betavae.data.ItemShape;
import org.betavae.train.checkpoint.Checkpoint;
import org.betavae.train.checkpoint.CheckpointStore;
import org.betavae.train.optimizer.Optimizer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.proto.NodeDef;

/** Optimisers, schedules, clipping and averages in a run. */
class UpdatesTest {
  private static final ItemShape SMALL = ItemShape.image(28, 28, 1);
  private static final String WEIGHT = "encoder/mean/kernel";

  /** The saved graph's sums may run in another order than the session's. */
  private static final float ROUNDING = 1e-5f;

  @TempDir Path folder;

  @Test
  void everyOptimiser_lowersTheLoss() {
    for (String name : Optimizer.NAMES) {
      double rate = name.equals("sgd") ? 1e-4 : 1e-3;
      TrainConfig config = config().set("optimizer", name).build();
      try (VaeSession session = new VaeSession(config, SMALL, 100, "cpu")) {
        session.initialize();
        float first = session.step(items(config), 1, rate)[0];
        float last = first;
        for (int step = 2; step <= 25; step++) {
          last = session.step(items(config), step, rate)[0];
        }
        assertTrue(last < 0.8 * first, name + ": " + first + " to " + last);
      }
    }
  }

  @Test
  void history_hasTheRateOfEachStep_andTheGradientsNorm() {
    TrainConfig config =
        config()
            .learningRate(1e-3)
            .set("learning-rate-schedule", "0:1e-3,8:2e-3")
            .set("warm-up-steps", 2)
            .set("clip-norm", 1e-3)
            .steps(4)
            .build();
    List<History.Line> lines = training(start("run", config));
    assertArrayEquals(
        new double[] {0.5 * 1.125e-3, 1.25e-3, 1.375e-3, 1.5e-3},
        lines.stream().mapToDouble(History.Line::learningRate).toArray(),
        1e-18);
    for (History.Line line : lines) {
      assertTrue(line.further().get(Updates.GRADIENT_NORM) > 1e-3, line.toString());
    }
    assertFalse(
        training(start("plain", config().steps(1).build()))
            .get(0)
            .further()
            .containsKey(Updates.GRADIENT_NORM));
  }

  @Test
  void clippingAndAverages_areExact_whateverThePrecisionOfTheProducts() {
    for (String precision : TrainConfig.PRECISIONS) {
      TrainConfig config =
          config()
              .set("precision", precision)
              .set("optimizer", "sgd")
              .set("momentum", 0)
              .set("clip-norm", 0.01)
              .set("average-decay", 0.999)
              .build();
      try (VaeSession session = new VaeSession(config, SMALL, 100, "cpu")) {
        session.initialize();
        Map<String, float[]> before = session.weights();
        session.step(items(config), 1, 0.5);
        Map<String, float[]> after = session.state();
        double moved = 0;
        for (String name : before.keySet()) {
          float[] from = before.get(name);
          float[] to = after.get(name);
          float[] average = after.get("average/" + name);
          for (int i = 0; i < from.length; i++) {
            moved += Math.pow(to[i] - from[i], 2);
            // The share of the first step is 9/11; two roundings of numbers below 1.
            assertEquals(from[i] + 9 / 11.0 * (to[i] - from[i]), average[i], 1e-7, name);
          }
        }
        // Half a million differences of float32 numbers below 0.1, each rounded to 4e-9 at most.
        assertEquals(0.5 * 0.01, Math.sqrt(moved), 1e-5, precision);
      }
    }
  }

  @Test
  void averages_standInForTheWeights_andGoAgain() {
    TrainConfig config = config().set("average-decay", 0.9).learningRate(1e-2).build();
    try (VaeSession session = new VaeSession(config, SMALL, 100, "cpu")) {
      session.initialize();
      assertArrayEquals(session.state().get(WEIGHT), session.state().get("average/" + WEIGHT), 0f);
      for (int step = 1; step <= 5; step++) {
        session.step(items(config), step, 1e-2);
      }
      Map<String, float[]> state = session.state();
      float[] inside = session.withAverages(() -> session.weights().get(WEIGHT));
      assertArrayEquals(state.get("average/" + WEIGHT), inside, 0f);
      assertFalse(Arrays.equals(state.get(WEIGHT), inside));
      assertSameBits(state, session.state());
      var e = assertThrows(IllegalStateException.class, () -> session.withAverages(session::state));
      assertTrue(e.getMessage().contains("outside of withAverages"), e.getMessage());
      assertSameBits(state, session.state());
    }
  }

  @Test
  void modelAndAdversary_waitForAllGradientsOfBoth() {
    TrainConfig config = config().objective("factor-vae").set("optimizer", "rmsprop").build();
    try (VaeGraph graph = new VaeGraph(config, SMALL, 100, 0)) {
      List<Updates.Optimized> both = graph.training().updates().optimizers();
      assertEquals(List.of("rmsprop", "adam"), both.stream().map(o -> o.rule().name()).toList());
      // The terms, and one gradient a weight of either.
      int before = 1 + both.stream().mapToInt(o -> trained(o).size()).sum();
      for (String prefix : List.of("rmsprop", "adam")) {
        NodeDef begin =
            graph.graph().toGraphDef().getNodeList().stream()
                .filter(node -> node.getName().equals(prefix + "/begin"))
                .findFirst()
                .orElseThrow();
        assertEquals(before, Set.copyOf(begin.getInputList()).size(), prefix);
      }
    }
  }

  private static Set<String> trained(Updates.Optimized optimized) {
    return optimized.inGraph().slots().stream()
        .map(slot -> slot.weight().name())
        .collect(Collectors.toSet());
  }

  @Test
  void savedModelAndValidation_areTheAverages() {
    TrainConfig config = config().set("average-decay", 0.99).learningRate(1e-2).steps(30).build();
    RunFolder run = start("averaged", config);
    Map<String, float[]> state = read(run);
    Map<String, float[]> plain = new LinkedHashMap<>();
    Map<String, float[]> averages = new LinkedHashMap<>();
    state.forEach(
        (name, values) -> {
          if (name.startsWith("average/")) {
            averages.put(name.substring("average/".length()), values);
          } else if (!name.startsWith("adam/")) {
            plain.put(name, values);
          }
        });
    assertEquals(plain.keySet(), averages.keySet());
    float[] x = items(config);
    try (SavedModelRunner encoder = SavedModelRunner.load(run.encoder(), "serving_default");
        VaeSession session = new VaeSession(config, SMALL, 100, "cpu")) {
      session.initialize();
      Map<String, float[]> swapped = session.state();
      swapped.putAll(averages);
      session.restore(with(session, swapped), "averages");
      float[] expected = session.evaluate(x, config.batch(), 0, 30).mean;
      swapped.putAll(plain);
      session.restore(with(session, swapped), "weights");
      float[] others = session.evaluate(x, config.batch(), 0, 30).mean;
      SavedModelRunner.Array input =
          new SavedModelRunner.Array(new long[] {config.batch(), 28, 28, 1}, x);
      float[] found = encoder.run(Map.of("x", input)).get("mean").values();
      assertArrayEquals(expected, found, ROUNDING);
      assertFalse(Arrays.equals(expected, others));
    }
  }

  @Test
  void resumedRun_withPlateauAverageAndMomentum_endsWithTheSameBits() {
    TrainConfig whole =
        config()
            .threads(1)
            .set("optimizer", "rmsprop")
            .set("momentum", 0.5)
            .set("learning-rate-schedule", "plateau")
            .set("plateau-patience", 0)
            .set("plateau-factor", 0.5)
            .set("average-decay", 0.9)
            .set("clip-norm", 5)
            .set("validation-every", 2)
            .set("checkpoint-every", 6)
            .learningRate(1e-6) // too small for a better validation loss
            .steps(12)
            .build();
    RunFolder unbroken = start("unbroken", whole);
    RunFolder parts = start("parts", whole.toBuilder().steps(7).build());
    Trainer.resume(parts, whole, data(), TrainListener.NONE);

    assertSameBits(read(unbroken), read(parts));
    assertTrue(
        new CheckpointStore(parts.checkpoints(), 3)
            .latest(m -> {})
            .orElseThrow()
            .checkpoint()
            .progress()
            .containsKey("learning_rate/state2"));
    List<Double> rates = training(unbroken).stream().map(History.Line::learningRate).toList();
    assertEquals(rates, training(parts).stream().map(History.Line::learningRate).toList());
    assertTrue(rates.get(rates.size() - 1) < 1e-6 / 4, rates.toString());
  }

  @Test
  void resumingWithAnotherOptimiser_saysSo() {
    RunFolder run = start("run", config().steps(1).build());
    refusedToResume(
        run,
        config().set("optimizer", "sgd").steps(2).build(),
        "of another optimizer",
        "sgd/" + "encoder/conv1/bias/momentum [32] is missing",
        "Resume with the optimizer, momentum and average-decay in the run's config.yaml");
    refusedToResume(
        run,
        config().set("average-decay", 0.9).steps(2).build(),
        "of another optimizer",
        "average/encoder/conv1/bias [32] is missing",
        "average-decay");
    refusedToResume(
        run,
        config().latent(7).set("average-decay", 0.9).steps(2).build(),
        "of another network",
        "encoder/mean/kernel is [256, 4] instead of [256, 7]",
        "settings");
  }

  @Test
  void divergedRun_namesTheRatesThatWereUsed() {
    TrainConfig config =
        config().set("learning-rate-schedule", "0:1e8").set("optimizer", "sgd").steps(50).build();
    RunFolder run = RunFolder.create(folder.resolve("wild"), false);
    var e =
        assertThrows(
            TrainException.class, () -> Trainer.start(run, config, data(), TrainListener.NONE));
    assertTrue(
        e.getMessage()
            .contains(
                "smaller rates than --learning-rate-schedule 0:1e8, --warm-up-steps 200, --clip-norm"),
        e.getMessage());
  }

  /** A session's checkpoint with other values. */
  private static Checkpoint with(VaeSession session, Map<String, float[]> arrays) {
    return new Checkpoint(1, 0, Map.of(), arrays, session.checkpoint(1, Map.of()).shapes());
  }

  private void refusedToResume(RunFolder run, TrainConfig config, String... parts) {
    run.writeConfig(config); // a config.yaml of another run
    var e =
        assertThrows(
            TrainException.class, () -> Trainer.resume(run, config, data(), TrainListener.NONE));
    for (String part : parts) {
      assertTrue(e.getMessage().contains(part), e.getMessage());
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

  private static Blobs data() {
    return new Blobs(SMALL, 100);
  }

  private static float[] items(TrainConfig config) {
    float[] items = new float[config.batch() * SMALL.size()];
    IntStream.range(0, config.batch()).forEach(i -> data().read(i, items, i * SMALL.size()));
    return items;
  }

  private RunFolder start(String name, TrainConfig config) {
    RunFolder run = RunFolder.create(folder.resolve(name), false);
    Trainer.start(run, config, data(), TrainListener.NONE);
    return run;
  }

  private static List<History.Line> training(RunFolder run) {
    return new History(run.historyFile())
        .lines().stream().filter(line -> !line.validation()).toList();
  }

  private static Map<String, float[]> read(RunFolder run) {
    return new CheckpointStore(run.checkpoints(), 3)
        .latest(m -> {})
        .orElseThrow()
        .checkpoint()
        .arrays();
  }

  private static void assertSameBits(Map<String, float[]> expected, Map<String, float[]> actual) {
    assertEquals(expected.keySet(), actual.keySet());
    expected.forEach((name, values) -> assertArrayEquals(values, actual.get(name), 0f, name));
  }
}
