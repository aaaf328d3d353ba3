package org.betavae.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.betavae.data.ItemShape;
import org.betavae.train.checkpoint.CheckpointStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs that begin with a model: one of ours, or one that comes as two SavedModels. */
class FineTuningTest {
  private static final ItemShape SMALL = ItemShape.image(28, 28, 1);
  private static final Blobs DATA = new Blobs(SMALL, 300);

  @TempDir Path folder;

  @Test
  void ownRun_beginsWithItsWeights_andItsCopyIsEnoughToResume() throws IOException {
    RunFolder first = train("first", 60);
    TrainConfig config = settings(first.root().toString()).steps(1).build();
    assertEquals("conv32", config.arch());
    assertEquals(3, config.latent());

    RunFolder tuned = tune("tuned", config);
    RunFolder.delete(first.root());
    Trainer.resume(tuned, config.toBuilder().steps(3).build(), DATA, TrainListener.NONE);

    assertEquals(3, tuned.readSummary().steps());
    assertTrue(Files.isRegularFile(tuned.source().resolve(PretrainedRun.WEIGHTS)));
  }

  @Test
  void fineTuning_beginsWhereTheModelIs_andNotAtNewWeights() {
    RunFolder first = train("first", 150);
    double before = first.readSummary().negativeElbo();
    TrainConfig one = settings(first.root().toString()).steps(1).learningRate(1e-9).build();
    assertEquals(before, tune("own", one).readSummary().negativeElbo(), 2);

    TrainConfig imported = settings(saved(first)).steps(1).learningRate(1e-9).build();
    assertEquals("imported", imported.arch());
    assertEquals(before, tune("imported", imported).readSummary().negativeElbo(), 2);
  }

  @Test
  void importedModel_isExportedWithTheNamesThatItCameWith() {
    RunFolder first = train("first", 5);
    RunFolder tuned = tune("tuned", settings(saved(first)).steps(2).build());
    for (boolean encoder : new boolean[] {true, false}) {
      try (SavedModelRunner before =
              SavedModelRunner.load(half(first, encoder), "serving_default");
          SavedModelRunner after = SavedModelRunner.load(half(tuned, encoder), "serving_default")) {
        assertEquals(before.inputs().keySet(), after.inputs().keySet());
        assertEquals(before.outputs().keySet(), after.outputs().keySet());
        before
            .inputs()
            .forEach((name, shape) -> assertArrayEquals(shape, after.inputs().get(name)));
      }
    }
  }

  private static Path half(RunFolder run, boolean encoder) {
    return encoder ? run.encoder() : run.decoder();
  }

  @Test
  void importedModel_resumesWithTheSameBits_withoutItsSource() throws IOException {
    RunFolder first = train("first", 5);
    TrainConfig config = settings(saved(first)).threads(1).steps(6).build();
    Map<String, float[]> whole = read(tune("whole", config));
    RunFolder parts = tune("parts", config.toBuilder().steps(3).build());
    RunFolder.delete(first.root());
    Trainer.resume(parts, config, DATA, TrainListener.NONE);
    assertSameBits(whole, read(parts));
  }

  @Test
  void frozenWeights_keepTheirBits_andTheOthersMove() {
    RunFolder first = train("first", 5);
    for (String from : List.of(first.root().toString(), saved(first))) {
      String name = "frozen" + from.length();
      TrainConfig config = settings(from).set("freeze", "encoder,*dense2/bias").steps(3).build();
      Map<String, float[]> before = read(first);
      Map<String, float[]> after = read(tune(name, config));
      int frozen = 0;
      for (String weight : before.keySet()) {
        if (!weight.startsWith("encoder") && !weight.startsWith("decoder")) {
          continue;
        }
        boolean same = Arrays.equals(before.get(weight), after.get(weight));
        boolean wanted = weight.startsWith("encoder") || weight.endsWith("dense2/bias");
        assertEquals(wanted, same, weight + " of " + from);
        frozen += wanted ? 1 : 0;
        assertEquals(!wanted, after.containsKey("adam/" + weight + "/m"), weight);
      }
      assertTrue(frozen > 3);
    }
  }

  @Test
  void layerWiseRate_scalesTheFirstStepOfAdam() {
    RunFolder first = train("first", 5);
    TrainConfig config = settings(first.root().toString()).steps(1).learningRate(1e-3).build();
    Map<String, float[]> before = read(first);
    Map<String, float[]> plain = read(tune("plain", config));
    Map<String, float[]> scaled =
        read(
            tune(
                "scaled",
                config.toBuilder().set("learning-rate-scale", "decoder=0.5,*bias=0").build()));
    String kernel = "decoder/dense1/kernel";
    double[] moves = new double[2];
    for (int i = 0; i < before.get(kernel).length; i++) {
      moves[0] += Math.abs(plain.get(kernel)[i] - before.get(kernel)[i]);
      moves[1] += Math.abs(scaled.get(kernel)[i] - before.get(kernel)[i]);
    }
    assertEquals(0.5, moves[1] / moves[0], 1e-3);
    assertArrayEquals(plain.get("encoder/conv1/kernel"), scaled.get("encoder/conv1/kernel"));
    assertArrayEquals(before.get("decoder/dense1/bias"), scaled.get("decoder/dense1/bias"));
  }

  @Test
  void newLatentSize_changesHeadsAndFirstLayerAlone() {
    RunFolder first = train("first", 5);
    Map<String, float[]> before = read(first);
    for (String from : List.of(first.root().toString(), saved(first))) {
      TrainConfig config = settings(from).latent(5).learningRate(1e-12).steps(1).build();
      List<String> messages = new ArrayList<>();
      RunFolder tuned = tune("five" + from.length(), config, messages);
      Map<String, float[]> after = read(tuned);
      assertArrayEquals(
          before.get("encoder/conv1/kernel"), after.get("encoder/conv1/kernel"), 1e-9f);
      assertArrayEquals(
          before.get("decoder/dense2/kernel"), after.get("decoder/dense2/kernel"), 1e-9f);
      try (SavedModelRunner encoder = SavedModelRunner.load(tuned.encoder(), "serving_default");
          SavedModelRunner decoder = SavedModelRunner.load(tuned.decoder(), "serving_default")) {
        SavedModelRunner.Array x =
            new SavedModelRunner.Array(new long[] {2, 28, 28, 1}, new float[2 * 784]);
        SavedModelRunner.Array mean = encoder.run(Map.of("x", x)).get("mean");
        assertArrayEquals(new long[] {2, 5}, mean.shape());
        assertArrayEquals(
            new long[] {2, 28, 28, 1}, decoder.run(Map.of("z", mean)).get("x").shape());
      }
    }
  }

  @Test
  void otherImageSize_isRefusedWithBothShapes() {
    RunFolder first = train("first", 2);
    Blobs others = new Blobs(ItemShape.image(32, 32, 1), 100);
    for (String from : List.of(first.root().toString(), saved(first))) {
      TrainConfig config = settings(from).steps(1).build();
      RunFolder run = RunFolder.create(folder.resolve("other" + from.length()), false);
      var e =
          assertThrows(
              IllegalArgumentException.class,
              () -> Trainer.start(run, config, others, TrainListener.NONE));
      assertTrue(e.getMessage().contains("28"), e.getMessage());
      assertTrue(e.getMessage().contains("32"), e.getMessage());
    }
  }

  @Test
  void halvesOfDifferentModels_areRefusedWithBothLatentSizes() {
    RunFolder three = train("three", 2);
    RunFolder run = RunFolder.create(folder.resolve("four"), false);
    Trainer.start(run, config().latent(4).steps(2).build(), DATA, TrainListener.NONE);
    TrainConfig config = settings(three.encoder() + "," + run.decoder()).steps(1).build();
    var e = assertThrows(IllegalArgumentException.class, () -> tune("mixed", config));
    assertTrue(e.getMessage().contains("[-1,4]"), e.getMessage());
    assertTrue(e.getMessage().contains("[-1,3]"), e.getMessage());
    assertTrue(e.getMessage().contains("one model"), e.getMessage());
  }

  @Test
  void patternsThatFitNothing_andFreezingAll_areRefused() {
    RunFolder first = train("first", 2);
    TrainConfig config = settings(saved(first)).steps(1).build();
    var none =
        assertThrows(
            IllegalArgumentException.class,
            () -> tune("none", config.toBuilder().set("freeze", "encodr").build()));
    assertTrue(none.getMessage().contains("encodr"), none.getMessage());
    assertTrue(none.getMessage().contains("encoder/conv1/kernel"), none.getMessage());
    var all =
        assertThrows(
            IllegalArgumentException.class,
            () -> tune("all", config.toBuilder().set("freeze", "*").build()));
    assertTrue(all.getMessage().contains("Freeze less"), all.getMessage());
  }

  @Test
  void whatIsNoModel_isRefusedWithWhatItIs() throws IOException {
    Path empty = Files.createDirectories(folder.resolve("empty"));
    assertTrue(message(empty.toString()).contains("holds no model"), message(empty.toString()));
    Path file = Files.writeString(folder.resolve("one.onnx"), "x");
    assertTrue(message(file.toString()).contains("one file"), message(file.toString()));
    assertTrue(message("nowhere").contains("no such file or folder"), message("nowhere"));
    String pair = folder.resolve("a") + "," + folder.resolve("b");
    assertTrue(message(pair).contains("is not there"), message(pair));
  }

  private static String message(String from) {
    return assertThrows(IllegalArgumentException.class, () -> FineTuning.settings(from))
        .getMessage();
  }

  @Test
  void batchNorm_isKeptByDefault_andFollowsWhereAsked() {
    TrainConfig layers =
        TrainConfig.defaults().toBuilder()
            .arch("layers")
            .latent(2)
            .set("encoder-layers", List.of("flatten", Map.of("dense", 16), "batch-norm", "relu"))
            .set(
                "decoder-layers",
                List.of(Map.of("dense", 784), Map.of("reshape", List.of(28, 28, 1))))
            .batch(32)
            .threads(1)
            .steps(20)
            .build();
    RunFolder first = RunFolder.create(folder.resolve("first"), false);
    Trainer.start(first, layers, DATA, TrainListener.NONE);
    Map<String, float[]> before = read(first);
    String mean = "encoder/batch_norm1/moving_mean";
    String gamma = "encoder/batch_norm1/gamma";
    for (String from : List.of(first.root().toString(), saved(first))) {
      TrainConfig config = settings(from).batch(32).threads(1).steps(2).build();
      Map<String, float[]> kept = read(tune("kept" + from.length(), config));
      assertArrayEquals(before.get(mean), kept.get(mean));
      assertFalse(Arrays.equals(before.get(gamma), kept.get(gamma)));
      Map<String, float[]> moved =
          read(
              tune(
                  "moved" + from.length(), config.toBuilder().set("batch-norm", "update").build()));
      assertFalse(Arrays.equals(before.get(mean), moved.get(mean)), from);
      Map<String, float[]> frozen =
          read(
              tune(
                  "frozen" + from.length(),
                  config.toBuilder().set("batch-norm", "update").set("freeze", "encoder").build()));
      assertArrayEquals(before.get(mean), frozen.get(mean));
    }
  }

  private RunFolder train(String name, long steps) {
    RunFolder run = RunFolder.create(folder.resolve(name), false);
    Trainer.start(run, config().steps(steps).build(), DATA, TrainListener.NONE);
    return run;
  }

  private RunFolder tune(String name, TrainConfig config) {
    return tune(name, config, new ArrayList<>());
  }

  private RunFolder tune(String name, TrainConfig config, List<String> messages) {
    RunFolder run = RunFolder.create(folder.resolve(name), false);
    TrainListener listener =
        new TrainListener() {
          @Override
          public void onMessage(String message) {
            messages.add(message);
          }
        };
    Trainer.start(run, config, DATA, listener);
    return run;
  }

  private static String saved(RunFolder run) {
    return run.encoder() + "," + run.decoder();
  }

  private static TrainConfig.Builder config() {
    return TrainConfig.defaults().toBuilder()
        .arch("conv32")
        .latent(3)
        .batch(16)
        .threads(1)
        .learningRate(1e-3);
  }

  private static TrainConfig.Builder settings(String from) {
    return FineTuning.settings(from).toBuilder().batch(16).threads(1);
  }

  private static Map<String, float[]> read(RunFolder run) {
    return new CheckpointStore(run.checkpoints(), 3)
        .latest(message -> {})
        .orElseThrow()
        .checkpoint()
        .arrays();
  }

  private static void assertSameBits(Map<String, float[]> expected, Map<String, float[]> actual) {
    assertEquals(expected.keySet(), actual.keySet());
    expected.forEach((name, values) -> assertArrayEquals(values, actual.get(name), name));
  }
}
