package org.betavae.evaluate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.betavae.data.Factors;

/** The factors that points were made from: one row of K values, counted from 0, for each point. */
public final class FactorClasses {
  private final int[] values;
  private final int points;
  private final int size;

  private FactorClasses(int[] values, int points, int size) {
    this.values = values;
    this.points = points;
    this.size = size;
  }

  /**
   * Factors from a flat array, which is copied.
   *
   * @param values shape {@code [points, size]}, one row after the other
   * @param points number of rows, at least 1
   * @param size factors of a point, at least 1
   * @throws IllegalArgumentException if the length is another, or a value is negative
   */
  public static FactorClasses of(int[] values, int points, int size) {
    Shapes.check("factors", values.length, points, size);
    for (int i = 0; i < values.length; i++) {
      if (values[i] < 0) {
        throw new IllegalArgumentException(
            "factors: %d in row %d, column %d, expected values counted from 0. Number the values of each factor."
                .formatted(values[i], i / size, i % size));
      }
    }
    return new FactorClasses(values.clone(), points, size);
  }

  /**
   * The factors of some items of a data set.
   *
   * @throws IndexOutOfBoundsException if there is no such item
   */
  public static FactorClasses of(Factors factors, int[] items) {
    int size = factors.names().size();
    int[] values = new int[Math.multiplyExact(items.length, size)];
    for (int i = 0; i < values.length; i++) {
      values[i] = factors.classOf(items[i / size], i % size);
    }
    return of(values, items.length, size);
  }

  /** Number of points N. */
  public int points() {
    return points;
  }

  /** Factors of a point, K. */
  public int size() {
    return size;
  }

  /** One value. */
  public int value(int point, int factor) {
    Objects.checkIndex(factor, size);
    return values[Objects.checkIndex(point, points) * size + factor];
  }

  /**
   * The points from one, included, to another, excluded.
   *
   * @throws IllegalArgumentException if there are none or not so many
   */
  public FactorClasses part(int from, int to) {
    Shapes.checkPart(from, to, points);
    return select(IntStream.range(from, to).toArray());
  }

  /**
   * Chosen points, each as often as it is named.
   *
   * @throws IndexOutOfBoundsException if there is no such point
   */
  public FactorClasses select(int[] chosen) {
    int[] selected = new int[Math.multiplyExact(chosen.length, size)];
    for (int i = 0; i < chosen.length; i++) {
      int row = Objects.checkIndex(chosen[i], points);
      System.arraycopy(values, row * size, selected, i * size, size);
    }
    return new FactorClasses(selected, chosen.length, size);
  }

  /**
   * Chosen factors of every point.
   *
   * @param chosen numbers of factors, at least one
   */
  public FactorClasses keep(List<Integer> chosen) {
    int[] kept = new int[points * chosen.size()];
    for (int i = 0; i < kept.length; i++) {
      kept[i] = value(i / chosen.size(), chosen.get(i % chosen.size()));
    }
    return of(kept, points, chosen.size());
  }

  /** Factors that have the same value at every point, by number. */
  public List<Integer> constant() {
    List<Integer> constant = new ArrayList<>();
    for (int factor = 0; factor < size; factor++) {
      if (partition(factor).classes() == 1) {
        constant.add(factor);
      }
    }
    return constant;
  }

  /** The values of one factor that occur, smallest first. */
  public List<Integer> valuesOf(int factor) {
    return Arrays.stream(partition(factor).values()).boxed().toList();
  }

  /** One factor of every point, shape {@code [points]}. */
  int[] column(int factor) {
    int[] column = new int[points];
    for (int point = 0; point < points; point++) {
      column[point] = values[point * size + factor];
    }
    return column;
  }

  /** Points by their value of one factor, classes in the order of the values. */
  Partition partition(int factor) {
    return Partition.of(column(factor));
  }

  /**
   * What no metric by factors can do without.
   *
   * @throws IllegalArgumentException if a factor has only one value; all of them are named
   */
  void requireVarying() {
    List<Integer> constant = constant();
    if (!constant.isEmpty()) {
      throw new IllegalArgumentException(
          "factors %s have one value in all %d rows, expected at least 2. Leave these columns out, or draw more points."
              .formatted(constant, points));
    }
  }

  /**
   * What classifiers with a number for each point and value cannot do without.
   *
   * @throws IllegalArgumentException if a factor has too many values
   */
  void requireFewValues() {
    for (int factor = 0; factor < size; factor++) {
      partition(factor).requireFewClasses(factor);
    }
  }

  /** {@code 5000 x 5}. */
  @Override
  public String toString() {
    return points + " x " + size;
  }
}
