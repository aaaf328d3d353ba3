package org.betavae.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.betavae.data.ItemShape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SavedModelsTest {
  /** The same float32 operations in another graph, which may be fused otherwise. */
  private static final float ROUNDING = 1e-5f;

  private static final ItemShape SHAPE = ItemShape.image(28, 28, 1);

  @TempDir Path folder;

  @Test
  void savedEncoderAndDecoder_giveTheTrainedGraphsValues() {
    TrainConfig config = config("bernoulli");
    int n = 3;
    float[] items = items(n);
    try (VaeSession session = new VaeSession(config, SHAPE, 100, "cpu")) {
      session.initialize();
      SavedModels models = new SavedModels(config, SHAPE, session.weights());
      models.writeEncoder(folder.resolve("encoder"));
      models.writeDecoder(folder.resolve("decoder"));
      Evaluator.Evaluated evaluated = session.evaluate(items, n, 0, 1);
      try (SavedModelRunner encoder = load("encoder");
          SavedModelRunner decoder = load("decoder")) {
        assertArrayEquals(new long[] {-1, 28, 28, 1}, encoder.inputs().get("x"));
        var q = encoder.run(Map.of("x", array(items, n, 28, 28, 1)));
        assertArrayEquals(evaluated.mean, q.get("mean").values(), ROUNDING);
        assertArrayEquals(evaluated.logVar, q.get("log_var").values(), ROUNDING);
        var p = decoder.run(Map.of("z", array(evaluated.mean, n, 4)));
        assertEquals(Set.of("x", "logits"), p.keySet());
        assertArrayEquals(session.decode(evaluated.mean, n), p.get("x").values(), ROUNDING);
        assertArrayEquals(new long[] {n, 28, 28, 1}, p.get("logits").shape());
        float logit = p.get("logits").values()[0];
        assertEquals(1 / (1 + Math.exp(-logit)), p.get("x").values()[0], ROUNDING);
      }
    }
  }

  @Test
  void gaussianDecoder_hasNoLogits() {
    TrainConfig config = config("gaussian");
    try (VaeSession session = new VaeSession(config, SHAPE, 100, "cpu")) {
      session.initialize();
      new SavedModels(config, SHAPE, session.weights()).writeDecoder(folder.resolve("decoder"));
      try (SavedModelRunner decoder = load("decoder")) {
        assertEquals(Set.of("x"), decoder.outputs().keySet());
      }
    }
  }

  @Test
  void savedGraph_holdsNothingOfTraining() throws Exception {
    TrainConfig config = config("bernoulli");
    try (VaeSession session = new VaeSession(config, SHAPE, 100, "cpu")) {
      session.initialize();
      new SavedModels(config, SHAPE, session.weights()).writeEncoder(folder.resolve("encoder"));
    }
    byte[] bytes = Files.readAllBytes(folder.resolve("encoder").resolve("saved_model.pb"));
    Set<String> ops =
        org.tensorflow.proto.SavedModel.parseFrom(bytes)
            .getMetaGraphs(0)
            .getGraphDef()
            .getNodeList()
            .stream()
            .map(org.tensorflow.proto.NodeDef::getOp)
            .collect(java.util.stream.Collectors.toSet());
    for (String op : Set.of("ApplyAdam", "Conv2DBackpropFilter", "Conv2DBackpropInput")) {
      assertTrue(!ops.contains(op), op + " in " + ops);
    }
    assertTrue(ops.contains("Conv2D"));
  }

  @Test
  void folderWithoutSavedModel_isNamed() {
    var e = assertThrows(IllegalArgumentException.class, () -> load("nothing"));
    assertTrue(e.getMessage().contains("saved_model.pb is missing"), e.getMessage());
  }

  @Test
  void unknownSignature_isNamedWithTheKnownOnes() {
    TrainConfig config = config("bernoulli");
    try (VaeSession session = new VaeSession(config, SHAPE, 100, "cpu")) {
      session.initialize();
      new SavedModels(config, SHAPE, session.weights()).writeEncoder(folder.resolve("encoder"));
    }
    var e =
        assertThrows(
            IllegalArgumentException.class,
            () -> SavedModelRunner.load(folder.resolve("encoder"), "predict"));
    assertTrue(e.getMessage().contains("no signature predict"), e.getMessage());
    assertTrue(e.getMessage().contains("serving_default"), e.getMessage());
  }

  private SavedModelRunner load(String name) {
    return SavedModelRunner.load(folder.resolve(name), "serving_default");
  }

  private static SavedModelRunner.Array array(float[] values, long... shape) {
    return new SavedModelRunner.Array(shape, values);
  }

  private static float[] items(int n) {
    Blobs blobs = new Blobs(SHAPE, n);
    float[] items = new float[n * SHAPE.size()];
    for (int i = 0; i < n; i++) {
      blobs.read(i, items, i * SHAPE.size());
    }
    return items;
  }

  private static TrainConfig config(String likelihood) {
    return TrainConfig.defaults().toBuilder()
        .arch("conv32")
        .latent(4)
        .batch(8)
        .likelihood(likelihood)
        .build();
  }
}
