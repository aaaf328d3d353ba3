package org.betavae.data;

import java.util.Arrays;
import java.util.Optional;

/**
 * A data set in two parts without a common item, at least one item each, chosen by a seed.
 *
 * <p>The parts are views: they copy nothing, and closing them leaves the data set open.
 */
public final class Split {
  private final Dataset train;
  private final Dataset validation;

  private Split(Dataset train, Dataset validation) {
    this.train = train;
    this.validation = validation;
  }

  /**
   * Splits by a seeded shuffle; within each part the items keep the order of the data set.
   *
   * @param validationFraction share of the items that go to validation, in (0, 1)
   * @throws IllegalArgumentException if the fraction is outside (0, 1) or there are fewer than 2
   *     items
   */
  public static Split of(Dataset data, double validationFraction, long seed) {
    if (!(validationFraction > 0 && validationFraction < 1)) {
      throw new IllegalArgumentException(
          "validation fraction is %s, expected a number between 0 and 1. Use 0.1 for a tenth."
              .formatted(validationFraction));
    }
    int size = data.size();
    if (size < 2) {
      throw new IllegalArgumentException(
          "data set '%s' has %d item, expected at least 2 to split. Add items, or hold out none and give other data to validate on."
              .formatted(data.name(), size));
    }
    int validation = (int) Math.max(1, Math.min(size - 1L, Math.round(size * validationFraction)));
    int[] order = new int[size];
    new SeededRandom(seed).permutation(order);
    return new Split(
        new View(data, sorted(order, 0, size - validation)),
        new View(data, sorted(order, size - validation, size)));
  }

  private static int[] sorted(int[] order, int from, int to) {
    int[] part = Arrays.copyOfRange(order, from, to);
    Arrays.sort(part);
    return part;
  }

  /** The larger part by default: what is not in {@link #validation}. */
  public Dataset train() {
    return train;
  }

  /** The part held back. */
  public Dataset validation() {
    return validation;
  }

  private static final class View extends DatasetView {
    private final Dataset data;
    private final int[] items;

    View(Dataset data, int[] items) {
      super(data);
      this.data = data;
      this.items = items;
    }

    @Override
    public int size() {
      return items.length;
    }

    @Override
    public void read(int index, float[] target, int offset) {
      data.read(items[index], target, offset);
    }

    @Override
    public Optional<Factors> factors() {
      return data.factors().map(factors -> factors.select(items));
    }

    /** The data set belongs to both parts; who split it closes it. */
    @Override
    public void close() {}
  }
}
