package org.betavae.data;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The factors that an item was made from (shape, position ...) or its label: for each factor a
 * class {@code 0 .. size - 1} and a value.
 *
 * <p>Immutable and safe for many threads.
 */
public final class Factors {
  /** Where classes and values come from. */
  interface Table {
    int classOf(int item, int factor);

    double valueOf(int item, int factor);

    /** What the data call a class of a factor; its number, unless they have a name of their own. */
    default String classNameOf(int factor, int classNumber) {
      return Integer.toString(classNumber);
    }
  }

  private final List<String> names;
  private final int[] sizes;
  private final Table table;

  Factors(List<String> names, int[] sizes, Table table) {
    if (names.size() != sizes.length) {
      throw new IllegalArgumentException(
          "%d factor names for %d sizes, expected one each. Name every factor."
              .formatted(names.size(), sizes.length));
    }
    this.names = List.copyOf(names);
    this.sizes = sizes.clone();
    this.table = table;
  }

  /**
   * Factors from classes alone; the value of a class is its number.
   *
   * @param names one name a factor
   * @param classes classes from 0, shape {@code [items][factors]}
   */
  public static Factors of(List<String> names, int[][] classes) {
    int[] sizes = new int[names.size()];
    int[][] copy = new int[classes.length][];
    for (int item = 0; item < classes.length; item++) {
      copy[item] = classes[item].clone();
      if (copy[item].length != sizes.length) {
        throw new IllegalArgumentException(
            "item %d has %d classes, expected %d, one a factor. Complete the table."
                .formatted(item, copy[item].length, sizes.length));
      }
      for (int factor = 0; factor < sizes.length; factor++) {
        int value = copy[item][factor];
        if (value < 0) {
          throw new IllegalArgumentException(
              "class of item %d, factor '%s' is %d, expected at least 0. Number classes from 0."
                  .formatted(item, names.get(factor), value));
        }
        sizes[factor] = Math.max(sizes[factor], value + 1);
      }
    }
    return new Factors(
        names,
        sizes,
        new Table() {
          @Override
          public int classOf(int item, int factor) {
            return copy[item][factor];
          }

          @Override
          public double valueOf(int item, int factor) {
            return copy[item][factor];
          }
        });
  }

  /** Names of the factors, in order. */
  public List<String> names() {
    return names;
  }

  /**
   * What the data call each class of a factor, in the order of the classes: the label's text or
   * number, a sub-folder's name. Data sets that hold other classes number them otherwise, but name
   * them alike.
   */
  public List<String> classNames(int factor) {
    return IntStream.range(0, sizes[factor])
        .mapToObj(classNumber -> table.classNameOf(factor, classNumber))
        .toList();
  }

  /** Number of classes of each factor, in the order of {@link #names}. */
  public int[] sizes() {
    return sizes.clone();
  }

  /** Class of one item in one factor, {@code 0 .. sizes()[factor] - 1}. */
  public int classOf(int item, int factor) {
    return table.classOf(item, factor);
  }

  /** Value of one item in one factor, for example the angle in radians. */
  public double valueOf(int item, int factor) {
    return table.valueOf(item, factor);
  }

  /** The same factors for a selection: item {@code i} of the result is {@code items[i]} of this. */
  Factors select(int[] items) {
    return new Factors(
        names,
        sizes,
        new Table() {
          @Override
          public int classOf(int item, int factor) {
            return table.classOf(items[item], factor);
          }

          @Override
          public double valueOf(int item, int factor) {
            return table.valueOf(items[item], factor);
          }

          @Override
          public String classNameOf(int factor, int classNumber) {
            return table.classNameOf(factor, classNumber);
          }
        });
  }

  @Override
  public String toString() {
    return names + " " + Arrays.toString(sizes);
  }
}
