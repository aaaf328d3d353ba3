package org.betavae.train;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.betavae.data.Dataset;
import org.betavae.data.ItemShape;
import org.betavae.export.ConvertOptions;
import org.betavae.export.OnnxModel;
import org.betavae.export.TfModel;
import org.betavae.export.TfToOnnx;

/**
 * A classifier on top of an encoder: the mean of the posterior, one hidden layer, softmax. The
 * encoder is that of a trained model, kept as it is or trained further, or begins with new weights.
 *
 * <p>Not thread-safe; {@code close()} may be called twice.
 */
public final class Classifier implements AutoCloseable {
  private static final int BATCH = 256;

  private final ClassifierGraph graph;
  private final SavedClassifier saved;
  private final ItemShape shape;
  private final ClassLabels labels;
  private final Set<Integer> learned;
  private final long seed;

  private Classifier(
      ClassifierGraph graph,
      SavedClassifier saved,
      ItemShape shape,
      ClassLabels labels,
      Set<Integer> learned,
      long seed) {
    this.graph = graph;
    this.saved = saved;
    this.shape = shape;
    this.labels = labels;
    this.learned = learned;
    this.seed = seed;
  }

  /**
   * Trains a classifier.
   *
   * @param model {@link FineTuning#settings} of a trained model, or a configuration without {@code
   *     from} for an encoder with new weights
   * @param data labelled items
   * @param listener hears how far it is
   * @throws IllegalArgumentException if the data have no labels, or do not suit the encoder
   */
  public static Classifier train(
      TrainConfig model, ClassifierSettings settings, Dataset data, TrainListener listener) {
    ClassLabels labels = ClassLabels.of(data);
    ItemShape shape = data.shape();
    Optional<Pretrained> source = FineTuning.encoder(model);
    TrainConfig config = withRate(model, settings);
    Model parts =
        source
            .map(pretrained -> pretrained.model(config, shape, listener))
            .orElseGet(() -> Model.of(config, shape));
    int[] items = labels.choose(settings.labels(), data.size(), settings.seed());
    ClassifierGraph graph =
        new ClassifierGraph(parts, shape, config.latent(), labels.classes(), settings);
    try {
      Set<Integer> learned = new TreeSet<>();
      for (int item : items) {
        learned.add(item);
      }
      new Loop(graph, settings, data, labels, items).run(listener);
      SavedClassifier saved =
          new SavedClassifier(config, parts, shape, labels.classes(), settings.hidden());
      return new Classifier(graph, saved, shape, labels, learned, settings.seed());
    } catch (RuntimeException | Error e) {
      graph.close();
      throw e;
    }
  }

  /** The encoder's factor as a rule of the weights; one of 0 freezes its statistics too. */
  private static TrainConfig withRate(TrainConfig model, ClassifierSettings settings) {
    TrainConfig.Builder config = model.toBuilder().seed(settings.seed());
    if (settings.encoderRate() != 1) {
      config.set("learning-rate-scale", "encoder=" + settings.encoderRate());
    }
    return config.build();
  }

  /** The steps, with the items in another order in each epoch. */
  private record Loop(
      ClassifierGraph graph,
      ClassifierSettings settings,
      Dataset data,
      ClassLabels labels,
      IntList items) {
    Loop(
        ClassifierGraph graph,
        ClassifierSettings settings,
        Dataset data,
        ClassLabels labels,
        int[] items) {
      this(graph, settings, data, labels, new IntList(items));
    }

    void run(TrainListener listener) {
      int size = data.shape().size();
      int batch = Math.min(settings.batch(), items.size());
      float[] x = new float[batch * size];
      float[] oneHot = new float[batch * labels.classes()];
      int at = 0;
      long epoch = 0;
      for (long step = 1; step <= settings.steps() && !listener.shouldStop(); step++) {
        Arrays.fill(oneHot, 0);
        for (int i = 0; i < batch; i++) {
          if (at % items.size() == 0) {
            items.shuffle(Seeds.random(settings.seed(), Seeds.NOISE, epoch++));
          }
          int item = items.get(at++ % items.size());
          data.read(item, x, i * size);
          oneHot[i * labels.classes() + labels.of(item)] = 1;
        }
        float loss = graph.step(x, oneHot, batch, settings.learningRate(), step);
        if (!Float.isFinite(loss)) {
          throw TrainException.unusable(
              "The cross-entropy is "
                  + loss
                  + " at step "
                  + step
                  + ", expected a finite number. Use a smaller learning rate.");
        }
      }
    }
  }

  /** Whole numbers that can be shuffled. */
  private static final class IntList {
    private final List<Integer> values = new ArrayList<>();

    IntList(int[] items) {
      for (int item : items) {
        values.add(item);
      }
    }

    int size() {
      return values.size();
    }

    int get(int i) {
      return values.get(i);
    }

    void shuffle(Random random) {
      Collections.shuffle(values, random);
    }
  }

  /** Number of classes. */
  public int classes() {
    return labels.classes();
  }

  /** What the data call each class, in the order of the probabilities. */
  public List<String> classNames() {
    return labels.names();
  }

  /** How many items it learned from. */
  public int learned() {
    return learned.size();
  }

  /** All weights by name. */
  Map<String, float[]> weights() {
    return graph.weights();
  }

  /**
   * Probabilities of the classes.
   *
   * @param items values of {@code count} items, as data sets have them
   * @return {@code [count * classes]}
   */
  public float[] probabilities(float[] items, int count) {
    return graph.probabilities(items, count);
  }

  /**
   * Share of items whose most probable class is theirs. Classes are told by their names: the data
   * may lack some.
   *
   * @param data labelled items that it has not learned from
   * @throws IllegalArgumentException if the data have no labels, or classes that were not learned
   */
  public double accuracy(Dataset data) {
    ClassLabels theirs = labels.ofOthers(data);
    return accuracy(data, theirs, IntStream.range(0, data.size()).toArray());
  }

  /**
   * The same on items of the data that it was trained with, but for those that it learned from;
   * empty if it learned from all.
   *
   * @param most at most so many of them, chosen by the seed, since data are often in the order of
   *     their classes
   */
  public OptionalDouble accuracyOnOthers(Dataset data, int most) {
    List<Integer> others = new ArrayList<>();
    for (int i = 0; i < data.size(); i++) {
      if (!learned.contains(i)) {
        others.add(i);
      }
    }
    Collections.shuffle(others, Seeds.random(seed, Seeds.LABELS, 1));
    int[] items = others.stream().limit(most).mapToInt(Integer::intValue).sorted().toArray();
    return items.length == 0
        ? OptionalDouble.empty()
        : OptionalDouble.of(accuracy(data, labels, items));
  }

  private double accuracy(Dataset data, ClassLabels wanted, int[] items) {
    int size = shape.size();
    int right = 0;
    for (int from = 0; from < items.length; from += BATCH) {
      int count = Math.min(BATCH, items.length - from);
      float[] x = new float[count * size];
      for (int j = 0; j < count; j++) {
        data.read(items[from + j], x, j * size);
      }
      float[] p = probabilities(x, count);
      for (int j = 0; j < count; j++) {
        right += best(p, j) == wanted.of(items[from + j]) ? 1 : 0;
      }
    }
    return (double) right / items.length;
  }

  private int best(float[] p, int row) {
    int best = 0;
    int classes = classes();
    for (int c = 1; c < classes; c++) {
      best = p[row * classes + c] > p[row * classes + best] ? c : best;
    }
    return best;
  }

  /**
   * Encoder, head and softmax as a SavedModel: the encoder's input as the model had it, {@code x}
   * by default, to {@code probabilities [N, classes]}. The folder appears whole.
   */
  public void writeSavedModel(Path folder) {
    saved.write(folder, graph.weights());
  }

  /**
   * The same as one ONNX model, images channels first unless the model came otherwise.
   *
   * @param opset ONNX operator set
   */
  public OnnxModel toOnnx(int opset) {
    Path aside = null;
    try {
      aside = Files.createTempDirectory("betavae-classifier");
      Path folder = aside.resolve("saved_model");
      writeSavedModel(folder);
      TfModel model = TfModel.ofSavedModel(folder);
      ConvertOptions options =
          ConvertOptions.defaults()
              .withOpset(opset)
              .withGraphName("classifier")
              .withMetadata(
                  Map.of(
                      "betavae.role",
                      "classifier",
                      "betavae.classes",
                      "" + classes(),
                      "betavae.class_names",
                      new ObjectMapper().valueToTree(classNames()).toString()));
      if (shape.image() && !saved.hasOwnLayout()) {
        options = options.withInputsAsNchw(Set.of(model.inputs().get(0).name()));
      }
      return TfToOnnx.convert(model, options);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write a temporary SavedModel: " + e, e);
    } finally {
      if (aside != null) {
        try {
          RunFolder.delete(aside);
        } catch (IOException e) {
          aside.toFile().deleteOnExit(); // it lies among temporary files
        }
      }
    }
  }

  @Override
  public void close() {
    graph.close();
  }
}
