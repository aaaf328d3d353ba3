package org.betavae.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.betavae.data.BatchLoader;
import org.betavae.data.DataSources;
import org.betavae.data.Dataset;
import org.betavae.data.ItemShape;
import org.betavae.data.SourceOptions;
import org.betavae.train.checkpoint.CheckpointStore;
import org.betavae.train.objective.Objective;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LabelsTest {
  /** Two factors of 3 and 2 classes, and one that never changes between them. */
  private static final Blobs DATA =
      new Blobs(ItemShape.vector(16), 60, i -> new int[] {i % 3, 0, i % 2});

  @TempDir Path folder;

  @Test
  void labels_areClassOverNumberOfClasses_andThenOne() {
    Labels labels = Labels.of(config().build(), DATA).orElseThrow();
    assertEquals(3, labels.width());
    float[] read = new float[6];
    labels.read(new int[] {5, 1}, read);
    assertArrayEquals(new float[] {2f / 3, 0.5f, 1, 1f / 3, 0.5f, 1}, read);
  }

  @Test
  void fewLabels_areTheSameForTheSameSeed_andOthersForAnother() {
    TrainConfig few = config().set("supervised-labels", 10).build();
    float[] first = known(few);
    int count = 0;
    for (float k : first) {
      count += (int) k;
    }
    assertEquals(10, count);
    assertArrayEquals(first, known(few));
    assertTrue(!Arrays.equals(first, known(few.toBuilder().seed(5).build())));
  }

  @Test
  void unlabelledItem_hasOnlyZeros() {
    TrainConfig one = config().set("supervised-labels", 1).build();
    Labels labels = Labels.of(one, DATA).orElseThrow();
    float[] values = new float[3];
    for (int i = 0; i < DATA.size(); i++) {
      labels.read(new int[] {i}, values);
      assertTrue(values[2] == 1 || (values[0] == 0 && values[1] == 0), "item " + i);
    }
  }

  @Test
  void heldOutData_haveTheClassesOfTheirNames() throws IOException {
    TrainConfig config = config().build();
    try (Dataset data = table("train.csv", "x", "y", "z");
        Dataset fewer = table("fewer.csv", "z", "y");
        Dataset unknown = table("unknown.csv", "w", "x", "y")) {
      Labels labels = Labels.of(config, data).orElseThrow();
      float[] theirs = labels.ofOthers(fewer).orElseThrow().of(new int[] {0, 1});
      assertArrayEquals(new float[] {2f / 3, 1, 1f / 3, 1}, theirs);
      assertEquals(Optional.empty(), labels.ofOthers(unknown));
    }
  }

  private Dataset table(String name, String... labels) throws IOException {
    Path file = folder.resolve(name);
    Files.writeString(file, "a,label\n1," + String.join("\n1,", labels) + "\n");
    return DataSources.open(file.toString(), SourceOptions.defaults());
  }

  @Test
  void noTerm_wantsNoLabels() {
    TrainConfig none = config().set("supervised", "none").build();
    assertEquals(Optional.empty(), Labels.of(none, new Blobs(ItemShape.vector(16), 60)));
  }

  @Test
  void dataWithoutLabels_areRefusedWithWhatToDo() {
    assertRefused(
        config(),
        new Blobs(ItemShape.vector(16), 60),
        "Data blobs have no labels, expected factors or classes for supervised l2.",
        "images.gz,labels.gz");
    assertRefused(
        config(),
        new Blobs(ItemShape.vector(16), 60, i -> new int[] {0, 0, 0}),
        "Data blobs have labels of one class alone",
        "--supervised none");
  }

  @Test
  void tooFewLatentsOrItems_areRefusedWithTheNumbers() {
    assertRefused(
        config().latent(1),
        DATA,
        "latent is 1, expected at least 2 for supervised l2, one for each factor of blobs: a, c.",
        "--latent 2");
    assertRefused(
        config().set("supervised-labels", 61),
        DATA,
        "supervised-labels is 61, expected at most 60",
        "Use 0 for all of them");
  }

  @Test
  void training_teachesTheFirstLatents_andResumesToTheSameBits() {
    TrainConfig config = config().set("supervised-labels", 20).steps(6).build();
    RunFolder whole = RunFolder.create(folder.resolve("whole"), false);
    Trainer.start(whole, config, DATA, TrainListener.NONE);
    RunFolder parts = RunFolder.create(folder.resolve("parts"), false);
    Trainer.start(parts, config.toBuilder().steps(3).build(), DATA, TrainListener.NONE);
    Trainer.resume(parts, config, DATA, TrainListener.NONE);
    Map<String, float[]> expected = read(whole);
    read(parts).forEach((name, values) -> assertArrayEquals(expected.get(name), values, name));
    List<History.Line> lines =
        new History(whole.historyFile()).lines().stream().filter(l -> !l.validation()).toList();
    assertTrue(lines.stream().allMatch(l -> l.further().get("supervised_loss") >= 0));
  }

  @Test
  void validation_hasTheTermOfTheHeldOutLabels() {
    TrainConfig config = config().objective("vae").set("supervised-weight", 30).steps(2).build();
    RunFolder run = RunFolder.create(folder.resolve("run"), false);
    Trainer.start(run, config, DATA, TrainListener.NONE);
    List<History.Line> lines =
        new History(run.historyFile()).lines().stream().filter(l -> l.validation()).toList();
    assertTrue(lines.size() > 0);
    for (History.Line line : lines) {
      double term = line.further().get("supervised_loss");
      assertTrue(term > 0, line.toString());
      assertEquals(line.negativeElbo() + 30 * term, line.loss(), 1e-4 * line.loss());
    }
  }

  @Test
  void heldOutDataWithoutLabels_areValidatedWithoutTheTerm_andThatIsTold() {
    RunFolder run = RunFolder.create(folder.resolve("run"), false);
    List<String> messages = new ArrayList<>();
    TrainListener listener =
        new TrainListener() {
          @Override
          public void onMessage(String message) {
            messages.add(message);
          }
        };
    TrainData data = TrainData.of(DATA, new Blobs(DATA.shape(), 20));
    TrainConfig config = config().objective("vae").steps(2).build();
    RunSummary summary = Trainer.start(() -> run, config, data, listener);
    assertEquals(summary.negativeElbo(), summary.loss(), 1e-4 * summary.loss());
    assertTrue(
        messages.stream().anyMatch(m -> m.startsWith("Held-out data blobs have no labels like")),
        messages.toString());
  }

  @Test
  void benchmark_andProfile_useTheLabels() {
    TrainConfig config = config().set("supervised-weight", 1e6).build();
    double loss = TrainBenchmark.run(config, DATA, 2, 0, 2).loss();
    assertTrue(loss > 1e4, "loss " + loss);
    assertTrue(StepProfile.run(config, DATA, 1, false).size() > 0);
  }

  @Test
  void everyObjective_takesTheTerm() {
    for (String objective : Objective.NAMES) {
      TrainConfig config = config().objective(objective).build();
      Optional<Labels> labels = Labels.of(config, DATA);
      try (VaeSession session = new VaeSession(config, DATA.shape(), DATA.size(), labels, "cpu");
          BatchLoader batches = new BatchLoader(DATA, config.batch(), 0, 0, 0)) {
        session.initialize();
        float[] terms = session.step(batches.next(), 1, 1e-3).clone();
        float supervised = terms[session.termNames().indexOf("supervised_loss")];
        assertTrue(Float.isFinite(terms[0]) && supervised > 0, objective);
      }
    }
  }

  @Test
  void supervisedLoss_fallsOnSprites() {
    TrainConfig config =
        config()
            .objective("factor-vae")
            .latent(6)
            .batch(16)
            .steps(40)
            .set("supervised", "xent")
            .build();
    try (Dataset sprites = DataSources.open("sprites:small", SourceOptions.defaults())) {
      RunFolder run = RunFolder.create(folder.resolve("run"), false);
      Trainer.start(run, config.toBuilder().arch("conv64").build(), sprites, TrainListener.NONE);
      List<Double> losses =
          new History(run.historyFile())
              .lines().stream()
                  .filter(l -> !l.validation())
                  .map(l -> l.further().get("supervised_loss"))
                  .toList();
      assertTrue(losses.get(29) < losses.get(0), losses.get(0) + " to " + losses.get(29));
    }
  }

  private static TrainConfig.Builder config() {
    return TrainConfig.defaults().toBuilder()
        .data("blobs")
        .arch("mlp")
        .latent(4)
        .batch(8)
        .threads(1)
        .steps(4)
        .learningRate(1e-3)
        .set("supervised", "l2")
        .set("log-every", 1)
        .set("validation-fraction", 0.1)
        .set("validation-images", 64);
  }

  private static float[] known(TrainConfig config) {
    Labels labels = Labels.of(config, DATA).orElseThrow();
    float[] known = new float[DATA.size()];
    float[] values = new float[labels.width()];
    for (int i = 0; i < known.length; i++) {
      labels.read(new int[] {i}, values);
      known[i] = values[values.length - 1];
    }
    return known;
  }

  private static void assertRefused(
      TrainConfig.Builder builder, Dataset data, String message, String advice) {
    TrainConfig config = builder.build();
    var e = assertThrows(IllegalArgumentException.class, () -> Labels.of(config, data));
    assertTrue(e.getMessage().startsWith(message), e.getMessage());
    assertTrue(e.getMessage().contains(advice), e.getMessage());
  }

  private static Map<String, float[]> read(RunFolder run) {
    return new CheckpointStore(run.checkpoints(), 3)
        .latest(m -> {})
        .orElseThrow()
        .checkpoint()
        .arrays();
  }
}
