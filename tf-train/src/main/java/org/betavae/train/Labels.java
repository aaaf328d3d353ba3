package org.betavae.train;

import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.betavae.data.Dataset;
import org.betavae.data.Factors;
import org.betavae.train.objective.SupervisedSettings;

/** Factors or classes of the items that are trained on, as the supervised term wants them. */
final class Labels {
  private final Factors factors;
  private final int[] learned;
  private final int[] sizes;
  private final BitSet known;

  /** For each factor, the number here of each class of the data. */
  private final int[][] numbers;

  private Labels(Factors factors, int[] learned, BitSet known) {
    this(factors, learned, known, factors.sizes(), ownNumbers(factors));
  }

  private Labels(Factors factors, int[] learned, BitSet known, int[] sizes, int[][] numbers) {
    this.factors = factors;
    this.learned = learned;
    this.known = known;
    this.sizes = sizes;
    this.numbers = numbers;
  }

  private static int[][] ownNumbers(Factors factors) {
    return IntStream.of(factors.sizes())
        .mapToObj(size -> IntStream.range(0, size).toArray())
        .toArray(int[][]::new);
  }

  /**
   * The labels that a run uses, if it uses any.
   *
   * @param train what it trains on
   * @throws IllegalArgumentException if the data have no labels, or they do not suit the settings
   */
  static Optional<Labels> of(TrainConfig config, Dataset train) {
    SupervisedSettings settings = config.supervised();
    if (settings.newLoss().isEmpty()) {
      return Optional.empty();
    }
    Factors factors =
        train.factors().orElseThrow(() -> unlabelled(train, settings, "have no labels"));
    int[] sizes = factors.sizes();
    // A factor that never changes, such as dSprites' colour, has nothing to be learnt.
    int[] learned = IntStream.range(0, sizes.length).filter(f -> sizes[f] > 1).toArray();
    if (learned.length == 0) {
      throw unlabelled(train, settings, "have labels of one class alone");
    }
    if (learned.length > config.latent()) {
      List<String> names = IntStream.of(learned).mapToObj(factors.names()::get).toList();
      throw new IllegalArgumentException(
          "latent is "
              + config.latent()
              + ", expected at least "
              + learned.length
              + " for supervised "
              + settings.loss()
              + ", one for each factor of "
              + train.name()
              + ": "
              + String.join(", ", names)
              + ". Use --latent "
              + learned.length
              + " or more.");
    }
    return Optional.of(
        new Labels(factors, learned, choose(settings.labels(), train.size(), config.seed())));
  }

  /**
   * The same factors of other data, all of whose items have labels; absent if those data have no
   * labels, other factors, or classes that are not here. Classes are told by their names, since
   * data with fewer of them number them otherwise.
   */
  Optional<Labels> ofOthers(Dataset others) {
    return others
        .factors()
        .filter(f -> f.names().equals(factors.names()))
        .map(f -> new Labels(f, learned, all(others.size()), sizes, numbersOf(f)))
        .filter(labels -> IntStream.of(learned).allMatch(labels::knowsAllClasses));
  }

  private int[][] numbersOf(Factors others) {
    return IntStream.range(0, sizes.length)
        .mapToObj(f -> ClassLabels.numbers(others.classNames(f), factors.classNames(f)))
        .toArray(int[][]::new);
  }

  private boolean knowsAllClasses(int factor) {
    return IntStream.of(numbers[factor]).allMatch(number -> number >= 0);
  }

  private static BitSet all(int size) {
    BitSet all = new BitSet(size);
    all.set(0, size);
    return all;
  }

  /** Labels of some items, see {@link #read}. */
  float[] of(int[] items) {
    float[] values = new float[items.length * width()];
    read(items, values);
    return values;
  }

  /** Numbers an item: one for each factor, and whether they are known. */
  int width() {
    return learned.length + 1;
  }

  /**
   * Fills in the labels of some items.
   *
   * @param items which of the items that are trained on
   * @param target {@code [items, width]}: class over number of classes for each factor, then 1; or
   *     all 0 for an item without labels
   */
  void read(int[] items, float[] target) {
    for (int i = 0; i < items.length; i++) {
      boolean has = known.get(items[i]);
      int at = i * width();
      for (int f : learned) {
        target[at++] = has ? (float) numbers[f][factors.classOf(items[i], f)] / sizes[f] : 0;
      }
      target[at] = has ? 1 : 0;
    }
  }

  /** So many items at random, or all for 0. */
  private static BitSet choose(int count, int size, long seed) {
    Settings.require(
        count <= size,
        "supervised-labels",
        count,
        "at most " + size + ", the items that are trained on",
        "Use 0 for all of them.");
    if (count == 0) {
      return all(size);
    }
    BitSet known = new BitSet(size);
    // Floyd's sampling: each subset of that size is as likely as any other.
    Random random = Seeds.random(seed, Seeds.LABELS, 0);
    for (int i = size - count; i < size; i++) {
      int item = random.nextInt(i + 1);
      known.set(known.get(item) ? i : item);
    }
    return known;
  }

  private static IllegalArgumentException unlabelled(
      Dataset data, SupervisedSettings settings, String what) {
    return new IllegalArgumentException(
        "Data "
            + data.name()
            + " "
            + what
            + ", expected factors or classes for supervised "
            + settings.loss()
            + ". Name a labels' file too (images.gz,labels.gz), use a folder with a sub-folder for"
            + " each class, or --supervised none.");
  }
}
