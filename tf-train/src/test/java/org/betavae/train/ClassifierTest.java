package org.betavae.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.betavae.data.DataSources;
import org.betavae.data.Dataset;
import org.betavae.data.Factors;
import org.betavae.data.ItemShape;
import org.betavae.data.SourceOptions;
import org.betavae.data.ValueRange;
import org.betavae.export.OnnxModel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClassifierTest {
  private static final ItemShape SMALL = ItemShape.image(28, 28, 1);
  private static final int ITEMS = 400;
  private static final Dataset DATA = new Quarters(new Blobs(SMALL, ITEMS));

  @TempDir Path folder;

  /** Blobs whose class says in which quarter of the picture they are. */
  private record Quarters(Blobs blobs) implements Dataset {
    private static double frac(double x) {
      return x - Math.floor(x);
    }

    private static int quarter(int item) {
      int right = frac(item * 0.61803) > 0.5 ? 1 : 0;
      int low = frac(item * 0.41421) > 0.5 ? 1 : 0;
      return 2 * low + right;
    }

    @Override
    public String name() {
      return "quarters";
    }

    @Override
    public ItemShape shape() {
      return blobs.shape();
    }

    @Override
    public int size() {
      return blobs.size();
    }

    @Override
    public void read(int index, float[] target, int offset) {
      blobs.read(index, target, offset);
    }

    @Override
    public boolean binary() {
      return false;
    }

    @Override
    public ValueRange range() {
      return blobs.range();
    }

    @Override
    public Optional<Factors> factors() {
      int[][] classes = new int[size()][1];
      for (int i = 0; i < classes.length; i++) {
        classes[i][0] = quarter(i);
      }
      return Optional.of(Factors.of(List.of("label"), classes));
    }

    @Override
    public void close() {}
  }

  @Test
  void fewLabels_areLearned_andTheSavedModelGivesTheSameProbabilities() {
    ClassifierSettings settings = new ClassifierSettings(40, 32, 1, 60, 20, 3e-3, 0, 1);
    TrainConfig scratch = TrainConfig.defaults().toBuilder().arch("conv32").latent(4).build();
    try (Classifier classifier = Classifier.train(scratch, settings, DATA, TrainListener.NONE)) {
      assertEquals(4, classifier.classes());
      assertEquals(40, classifier.learned());
      double accuracy = classifier.accuracyOnOthers(DATA, ITEMS).orElseThrow();
      assertTrue(accuracy > 0.7, "accuracy " + accuracy); // chance is 0.25

      float[] items = new float[8 * 784];
      for (int i = 0; i < 8; i++) {
        DATA.read(i, items, i * 784);
      }
      float[] wanted = classifier.probabilities(items, 8);
      double sum = 0;
      for (int c = 0; c < 4; c++) {
        sum += wanted[c];
      }
      assertEquals(1, sum, 1e-5);
      classifier.writeSavedModel(folder.resolve("saved"));
      try (SavedModelRunner saved =
          SavedModelRunner.load(folder.resolve("saved"), "serving_default")) {
        SavedModelRunner.Array found =
            saved
                .run(Map.of("x", new SavedModelRunner.Array(new long[] {8, 28, 28, 1}, items)))
                .get("probabilities");
        assertArrayEquals(wanted, found.values(), 1e-6f);
      }
      OnnxModel onnx = classifier.toOnnx(17);
      assertEquals(List.of(-1L, 1L, 28L, 28L), onnx.inputs().get(0).shape());
      assertEquals("probabilities", onnx.outputs().get(0).name());
      assertTrue(onnx.operatorCounts().containsKey("Softmax"), onnx.operatorCounts().toString());
    }
  }

  /** Lines of a table whose two values say the class. */
  private Dataset table(String name, String... labels) throws IOException {
    StringBuilder lines = new StringBuilder("a,b,label\n");
    for (int i = 0; i < labels.length; i++) {
      int place = List.of("bird", "cat", "dog").indexOf(labels[i]);
      lines.append(place == 0 ? 1 : 0).append(',').append(place == 1 ? 1 : 0);
      lines.append(',').append(labels[i]).append('\n');
    }
    Path file = folder.resolve(name);
    Files.writeString(file, lines);
    return DataSources.open(file.toString(), SourceOptions.defaults());
  }

  private static Classifier onVectors(Dataset data, int labels) {
    TrainConfig mlp = TrainConfig.defaults().toBuilder().arch("mlp").latent(2).build();
    ClassifierSettings settings = new ClassifierSettings(labels, 8, 1, 40, 12, 1e-2, 0, 1);
    return Classifier.train(mlp, settings, data, TrainListener.NONE);
  }

  @Test
  void otherData_areMeasuredByTheNamesOfTheirClasses() throws IOException {
    try (Dataset data = table("train.csv", "bird", "cat", "dog", "bird", "cat", "dog");
        Dataset fewer = table("fewer.csv", "dog", "cat", "dog");
        Dataset one = table("one.csv", "dog", "dog");
        Dataset unknown = table("unknown.csv", "dog", "emu");
        Classifier classifier = onVectors(data, 0)) {
      assertEquals(List.of("bird", "cat", "dog"), classifier.classNames());
      assertEquals(1, classifier.accuracy(data));
      assertEquals(1, classifier.accuracy(fewer)); // which call cat their first class
      assertEquals(1, classifier.accuracy(one));
      String names = classifier.toOnnx(17).metadata().get("betavae.class_names");
      assertEquals("[\"bird\",\"cat\",\"dog\"]", names);
      String message =
          assertThrows(IllegalArgumentException.class, () -> classifier.accuracy(unknown))
              .getMessage();
      assertTrue(message.contains("[emu]") && message.contains("[bird, cat, dog]"), message);
    }
  }

  @Test
  void otherItems_areOfAllClasses_evenWhereDataAreInTheirOrder() throws IOException {
    String[] labels = new String[200];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = i < 100 ? "x" : "y"; // with the same values, so that all are taken for one class
    }
    try (Dataset data = table("sorted.csv", labels);
        Classifier classifier = onVectors(data, 2)) {
      double accuracy = classifier.accuracyOnOthers(data, 80).orElseThrow();
      assertTrue(accuracy > 0.25 && accuracy < 0.75, "accuracy " + accuracy);
    }
  }

  @Test
  void whereAllItemsWereLearned_noneAreLeftToMeasure() throws IOException {
    try (Dataset data = table("all.csv", "bird", "cat", "dog");
        Classifier classifier = onVectors(data, 0)) {
      assertEquals(OptionalDouble.empty(), classifier.accuracyOnOthers(data, 10));
    }
  }

  @Test
  void encoderOfRate0_keepsItsBits_andTheHeadMoves() {
    RunFolder run = RunFolder.create(folder.resolve("run"), false);
    TrainConfig config =
        TrainConfig.defaults().toBuilder()
            .arch("conv32")
            .latent(4)
            .batch(16)
            .threads(1)
            .steps(3)
            .build();
    Trainer.start(run, config, new Blobs(SMALL, 100), TrainListener.NONE);
    ClassifierSettings settings = new ClassifierSettings(20, 8, 0, 3, 20, 1e-3, 0, 1);
    for (String from : List.of(run.root().toString(), run.encoder().toString())) {
      TrainConfig model = FineTuning.encoderSettings(from);
      Map<String, float[]> kept = weights(model, settings);
      Map<String, float[]> longer = weights(model, settings.withSteps(6));
      Map<String, float[]> tuned = weights(model, settings.withEncoderRate(0.1));
      String kernel = "encoder/conv1/kernel";
      assertArrayEquals(kept.get(kernel), longer.get(kernel), from);
      assertFalse(Arrays.equals(kept.get(kernel), tuned.get(kernel)), from);
      String head = "classifier/logits/kernel";
      assertFalse(Arrays.equals(kept.get(head), longer.get(head)), from);
    }
  }

  private static Map<String, float[]> weights(TrainConfig model, ClassifierSettings settings) {
    try (Classifier classifier = Classifier.train(model, settings, DATA, TrainListener.NONE)) {
      return classifier.weights();
    }
  }

  @Test
  void chosenLabels_areAsManyOfEachClass_andFollowTheSeed() {
    ClassLabels labels = ClassLabels.of(DATA);
    int[] chosen = labels.choose(42, ITEMS, 3);
    assertEquals(42, Arrays.stream(chosen).distinct().count());
    int[] counts = new int[4];
    for (int item : chosen) {
      counts[labels.of(item)]++;
    }
    for (int count : counts) {
      assertTrue(count >= 10 && count <= 12, Arrays.toString(counts));
    }
    assertArrayEquals(chosen, labels.choose(42, ITEMS, 3));
    assertFalse(Arrays.equals(chosen, labels.choose(42, ITEMS, 4)));
  }

  @Test
  void dataWithoutLabels_andMoreLabelsThanItems_areRefused() {
    var none =
        assertThrows(IllegalArgumentException.class, () -> ClassLabels.of(new Blobs(SMALL, 10)));
    assertTrue(none.getMessage().contains("have no labels"), none.getMessage());
    var many =
        assertThrows(
            IllegalArgumentException.class, () -> ClassLabels.of(DATA).choose(ITEMS + 1, ITEMS, 0));
    assertTrue(many.getMessage().contains("labels is 401"), many.getMessage());
  }
}
