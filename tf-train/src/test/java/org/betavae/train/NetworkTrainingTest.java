package org.betavae.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.data.ItemShape;
import org.betavae.train.checkpoint.Checkpoint;
import org.betavae.train.network.NetworkSettings;
import org.betavae.train.network.Networks;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every network trains, goes on from its state bit for bit, and is saved as it evaluates. */
class NetworkTrainingTest {
  /** Another graph of the same float32 operations, fused otherwise, on values of size 1. */
  private static final float ROUNDING = 2e-4f;

  private static final int BATCH = 4;
  private static final double RATE = 1e-3;

  /** Batch norm and dropout, which differ between training and evaluation, and all else. */
  private static final List<Object> ENCODER =
      List.of(
          Map.of("conv", Map.of("filters", 6, "kernel", 4, "stride", 2)),
          "batch-norm",
          "leaky-relu",
          Map.of("residual", List.of(Map.of("conv", Map.of("filters", 8, "kernel", 3)), "gelu")),
          Map.of("max-pool", 2),
          Map.of("dropout", 0.2),
          "flatten",
          Map.of("dense", 20),
          "batch-norm",
          "swish");

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "conv64,64,3",
    "burgess64,64,1",
    "burgess64,64,3",
    "conv32,28,1",
    "mlp,12,3",
    "resnet,64,3",
    "resnet,128,1",
    "layers,12,1",
    "layers,12,3"
  })
  void network_trains_goesOnBitForBit_andIsSavedAsItEvaluates(String arch, int side, int channels) {
    ItemShape shape = ItemShape.image(side, side, channels);
    requireSound(config(arch, shape), shape);
  }

  @ParameterizedTest
  @CsvSource({
    "beta-vae,vamp",
    "iwae,standard-normal",
    "iwae,vamp",
    "factor-vae,vamp",
    "beta-tcvae,standard-normal"
  })
  void batchNormAndDropout_goWithEveryWayThroughTheGraph(String objective, String prior) {
    ItemShape shape = ItemShape.image(12, 12, 1);
    TrainConfig config =
        config("layers", shape).toBuilder()
            .objective(objective)
            .set("prior", prior)
            .set("prior-components", 5)
            .set("importance-samples", 3)
            .build();
    requireSound(config, shape);
  }

  private void requireSound(TrainConfig config, ItemShape shape) {
    float[] items = items(shape);
    Checkpoint afterOne;
    Map<String, float[]> afterTwo;
    try (VaeSession session = new VaeSession(config, shape, 100, "cpu")) {
      session.initialize();
      Map<String, float[]> before = session.weights();
      float first = session.step(items, 1, RATE)[0];
      assertTrue(Float.isFinite(first));
      afterOne = session.checkpoint(1, Map.of());
      for (String name : List.of("encoder/mean/kernel", lastBias(session.weights().keySet()))) {
        assertFalse(Arrays.equals(before.get(name), afterOne.arrays().get(name)), name);
      }
      session.step(items, 2, RATE);
      afterTwo = session.weights();
      requireSavedAsEvaluated(config, shape, session, items);
      float last = first;
      for (int step = 3; step <= 8; step++) {
        last = session.step(items, step, RATE)[0];
      }
      assertTrue(last < first, first + " to " + last);
    }
    try (VaeSession resumed = new VaeSession(config, shape, 100, "cpu")) {
      resumed.restore(afterOne, "memory");
      resumed.step(items, 2, RATE);
      Map<String, float[]> again = resumed.weights();
      assertEquals(afterTwo.keySet(), again.keySet());
      afterTwo.forEach((name, values) -> assertArrayEquals(values, again.get(name), name));
    }
  }

  @Test
  void everyNamedNetwork_isAmongTheCases() throws NoSuchMethodException {
    Set<String> cases = new HashSet<>();
    CsvSource source =
        getClass()
            .getDeclaredMethod(
                "network_trains_goesOnBitForBit_andIsSavedAsItEvaluates",
                String.class,
                int.class,
                int.class)
            .getAnnotation(CsvSource.class);
    Arrays.stream(source.value()).forEach(line -> cases.add(line.substring(0, line.indexOf(','))));
    assertEquals(new HashSet<>(NetworkSettings.ARCHS), cases);
    assertTrue(NetworkSettings.ARCHS.containsAll(Networks.NAMES));
  }

  @Test
  void batchNormsStatistics_areInTheState_andNotAmongTheTrainedWeights() {
    ItemShape shape = ItemShape.image(12, 12, 1);
    TrainConfig config = config("layers", shape);
    try (VaeSession session = new VaeSession(config, shape, 100, "cpu")) {
      session.initialize();
      session.step(items(shape), 1, RATE);
      float[] mean = session.state().get("encoder/batch_norm1/moving_mean");
      assertEquals(6, mean.length);
      assertNotEquals(0, mean[0]);
      Set<String> names = session.state().keySet();
      String statistic = "encoder/batch_norm1/moving_mean";
      assertEquals(List.of(statistic), names.stream().filter(n -> n.contains(statistic)).toList());
      String trained = "encoder/batch_norm1/gamma";
      assertTrue(names.stream().filter(n -> n.contains(trained)).count() > 1, names.toString());
    }
  }

  private void requireSavedAsEvaluated(
      TrainConfig config, ItemShape shape, VaeSession session, float[] items) {
    SavedModels models = new SavedModels(config, shape, session.weights());
    models.writeEncoder(folder.resolve("encoder"));
    models.writeDecoder(folder.resolve("decoder"));
    Evaluator.Evaluated evaluated = session.evaluate(items, BATCH, 0, 1);
    long[] dims = {BATCH, shape.height(), shape.width(), shape.channels()};
    try (SavedModelRunner encoder = load("encoder");
        SavedModelRunner decoder = load("decoder")) {
      var q = encoder.run(Map.of("x", new SavedModelRunner.Array(dims, items)));
      assertArrayEquals(evaluated.mean, q.get("mean").values(), ROUNDING);
      assertArrayEquals(evaluated.logVar, q.get("log_var").values(), ROUNDING);
      var z = new SavedModelRunner.Array(new long[] {BATCH, 3}, evaluated.mean);
      var p = decoder.run(Map.of("z", z));
      assertArrayEquals(session.decode(evaluated.mean, BATCH), p.get("x").values(), ROUNDING);
    }
  }

  private SavedModelRunner load(String name) {
    return SavedModelRunner.load(folder.resolve(name), "serving_default");
  }

  private static String lastBias(Set<String> names) {
    return names.stream().filter(n -> n.endsWith("bias")).reduce((a, b) -> b).orElseThrow();
  }

  private static float[] items(ItemShape shape) {
    Blobs blobs = new Blobs(shape, BATCH);
    float[] items = new float[BATCH * shape.size()];
    for (int i = 0; i < BATCH; i++) {
      blobs.read(i, items, i * shape.size());
    }
    return items;
  }

  private static TrainConfig config(String arch, ItemShape shape) {
    TrainConfig.Builder builder =
        TrainConfig.defaults().toBuilder().arch(arch).latent(3).batch(BATCH).threads(1);
    if (arch.equals("layers")) {
      builder.set("encoder-layers", ENCODER).set("decoder-layers", decoder(shape.channels()));
    }
    return builder.build();
  }

  private static List<Object> decoder(int channels) {
    return List.of(
        Map.of("dense", 36),
        "layer-norm",
        "elu",
        Map.of("reshape", List.of(3, 3, 4)),
        Map.of("resize", Map.of("factor", 2, "method", "bilinear")),
        Map.of("conv", Map.of("filters", 5, "kernel", 3, "init", "he")),
        "batch-norm",
        Map.of("activation", "softplus"),
        Map.of("resize", 2),
        Map.of("average-pool", Map.of("size", 3, "stride", 1)),
        Map.of("dropout", 0.1),
        Map.of("conv-transpose", Map.of("filters", channels, "kernel", 3)));
  }
}
