package org.betavae.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.betavae.data.ItemShape;
import org.betavae.train.checkpoint.Checkpoint;
import org.betavae.train.objective.Likelihood;
import org.betavae.train.objective.LikelihoodSettings;
import org.betavae.train.objective.Scale;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every likelihood, with every source of its width, from training to a SavedModel. */
class LikelihoodTrainingTest {
  private static final ItemShape SHAPE = ItemShape.image(28, 28, 1);

  /** The same float32 operations in another graph, which may be fused otherwise. */
  private static final float ROUNDING = 1e-5f;

  private static final int BATCH = 12;

  @TempDir Path folder;

  static Stream<Arguments> all() {
    return Likelihood.NAMES.stream()
        .flatMap(
            name ->
                new LikelihoodSettings(name, null, null, null).variance() == null
                    ? Stream.of(Arguments.of(name, "fixed"))
                    : LikelihoodSettings.VARIANCES.stream().map(v -> Arguments.of(name, v)));
  }

  @ParameterizedTest
  @MethodSource("all")
  void everyLikelihood_trainsResumesAndIsSaved(String name, String variance) {
    TrainConfig config = config(name, variance).threads(1).build();
    Checkpoint middle;
    Map<String, float[]> expected;
    try (VaeSession session = new VaeSession(config, SHAPE, 60, "cpu")) {
      session.initialize();
      train(session, 1, 2);
      middle = session.checkpoint(2, Map.of());
      train(session, 3, 4);
      expected = session.state();
    }
    assertEquals(variance.equals("learned"), expected.containsKey(Scale.LOG_SIGMA));
    if (variance.equals("learned")) {
      float begin = (float) Math.log(config.likelihood().sigma());
      assertNotEquals(begin, expected.get(Scale.LOG_SIGMA)[0], "the width was not trained");
    }
    try (VaeSession session = new VaeSession(config, SHAPE, 60, "cpu")) {
      session.restore(middle, "the middle");
      train(session, 3, 4);
      Map<String, float[]> actual = session.state();
      expected.forEach((key, values) -> assertArrayEquals(values, actual.get(key), 0f, key));
      checkDecoder(session, config);
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void everyLikelihood_learnsOnTwoTowers(String name, String variance) {
    TrainConfig config = config(name, variance).threads(2).build();
    try (VaeSession session = new VaeSession(config, SHAPE, 60, "cpu")) {
      session.initialize();
      double first = train(session, 1, 1);
      double last = train(session, 2, 12);
      assertTrue(last < first, first + " to " + last);
    }
  }

  /** Loss of the last of some steps, always on the same items. */
  private static double train(VaeSession session, long from, long to) {
    float[] items = new float[BATCH * SHAPE.size()];
    Blobs data = new Blobs(SHAPE, BATCH);
    for (int i = 0; i < BATCH; i++) {
      data.read(i, items, i * SHAPE.size());
    }
    double loss = Double.NaN;
    for (long step = from; step <= to; step++) {
      loss = session.step(items, step, 1e-3)[0];
    }
    return loss;
  }

  /** The saved decoder gives the trained graph's means, in the unit interval where it must. */
  private void checkDecoder(VaeSession session, TrainConfig config) {
    float[] z = {0.5f, -1, 2, 0, 0, 1, -0.5f, 1};
    Path saved = folder.resolve("decoder");
    new SavedModels(config, SHAPE, session.weights()).writeDecoder(saved);
    try (SavedModelRunner decoder = SavedModelRunner.load(saved, "serving_default")) {
      var out = decoder.run(Map.of("z", new SavedModelRunner.Array(new long[] {2, 4}, z)));
      assertEquals(outputs(config), out.keySet());
      float[] x = out.get("x").values();
      assertArrayEquals(new long[] {2, 28, 28, 1}, out.get("x").shape());
      assertArrayEquals(session.decode(z, 2), x, ROUNDING);
      if (config.newLikelihood().needsUnitInterval()) {
        for (float v : x) {
          assertTrue(v >= 0 && v <= 1, v + " is outside of [0, 1]");
        }
      }
    }
  }

  private static Set<String> outputs(TrainConfig config) {
    Set<String> outputs = new TreeSet<>(Set.of("x"));
    switch (config.likelihood().name()) {
      case "bernoulli" -> outputs.add("logits");
      case "beta-binomial" -> outputs.addAll(Set.of("log_alpha", "log_beta"));
      case "discretised-logistic" -> outputs.add("location");
      default -> {}
    }
    if ("per-pixel".equals(config.likelihood().variance())) {
      outputs.add("log_scale");
    }
    return outputs;
  }

  private static TrainConfig.Builder config(String likelihood, String variance) {
    return TrainConfig.defaults().toBuilder()
        .data("blobs")
        .arch("conv32")
        .likelihood(likelihood)
        .set("variance", variance)
        .latent(4)
        .batch(BATCH);
  }
}
