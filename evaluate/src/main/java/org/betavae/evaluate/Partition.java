package org.betavae.evaluate;

import java.util.Arrays;

/** Points divided into classes {@code 0 .. classes() - 1}, none of which is empty. */
final class Partition {
  /** Terms of a sum of logarithms below this are rounding errors of zero. */
  private static final double EPSILON = Math.ulp(1.0);

  /** Of double precision, 160 MB. */
  private static final int MOST_CELLS = 20_000_000;

  private final int[] labels;
  private final int[] values;
  private final int[] counts;

  private Partition(int[] labels, int[] values) {
    this.labels = labels;
    this.values = values;
    counts = new int[values.length];
    for (int label : labels) {
      counts[label]++;
    }
  }

  /** One class for each value that occurs, in the order of the values. */
  static Partition of(int[] column) {
    int[] values = Arrays.stream(column).sorted().distinct().toArray();
    int[] labels = Arrays.stream(column).map(v -> Arrays.binarySearch(values, v)).toArray();
    return new Partition(labels, values);
  }

  /**
   * Equal-width bins over the column's own range: the class of a value follows from the number of
   * left borders that do not exceed it, so the largest value shares the last bin. Borders are
   * calculated in single precision, that of codes, as by numpy.histogram of NumPy 2: codes of few
   * levels often lie on a border.
   */
  static Partition ofBins(float[] column, int bins) {
    float smallest = Float.POSITIVE_INFINITY;
    float largest = Float.NEGATIVE_INFINITY;
    for (float value : column) {
      smallest = Math.min(smallest, value);
      largest = Math.max(largest, value);
    }
    float step = (largest - smallest) / bins;
    double wideStep = ((double) largest - smallest) / bins;
    double[] borders = new double[bins];
    for (int i = 0; i < bins; i++) {
      // A range beyond single precision, which NumPy refuses, has borders in double.
      borders[i] = Float.isFinite(step) ? smallest + i * step : smallest + i * wideStep;
    }
    return ofBorders(column.length, i -> column[i], borders);
  }

  /** The same for whole numbers, with borders in double precision. */
  static Partition ofBins(int[] column, int bins) {
    int smallest = Arrays.stream(column).min().orElseThrow();
    int largest = Arrays.stream(column).max().orElseThrow();
    double step = ((double) largest - smallest) / bins;
    double[] borders = new double[bins];
    Arrays.setAll(borders, i -> smallest + i * step);
    return ofBorders(column.length, i -> column[i], borders);
  }

  private interface Column {
    double at(int point);
  }

  private static Partition ofBorders(int points, Column column, double[] borders) {
    int[] labels = new int[points];
    for (int i = 0; i < points; i++) {
      double value = column.at(i);
      int label = 0;
      while (label + 1 < borders.length && borders[label + 1] <= value) {
        label++;
      }
      labels[i] = label;
    }
    return of(labels);
  }

  int points() {
    return labels.length;
  }

  int classes() {
    return values.length;
  }

  int label(int point) {
    return labels[point];
  }

  /** The class of each point; not a copy. */
  int[] labels() {
    return labels;
  }

  /** The values that the classes stand for, in their order. */
  int[] values() {
    return values.clone();
  }

  /** Points in a class. */
  int count(int label) {
    return counts[label];
  }

  /** The value that a class stands for. */
  int value(int label) {
    return values[label];
  }

  /** The class of a value, or a negative number where it does not occur. */
  int labelOf(int value) {
    return Arrays.binarySearch(values, value);
  }

  /**
   * Checks that one number for each point and class fits into memory several times over.
   *
   * @param factor for the message
   */
  void requireFewClasses(int factor) {
    if ((long) points() * classes() > MOST_CELLS) {
      throw new IllegalArgumentException(
          "factor %d has %d values in %d rows, expected at most %d: each is a class of its own here. Merge values, or take fewer rows."
              .formatted(factor, classes(), points(), MOST_CELLS / points()));
    }
  }

  /** Entropy of the class frequencies in nats. */
  double entropy() {
    double sum = 0;
    for (int count : counts) {
      double p = (double) count / points();
      sum -= p * Math.log(p);
    }
    return sum;
  }

  /** Mutual information of two divisions of the same points in nats, from plain counts. */
  static double mutualInformation(Partition a, Partition b) {
    if (a.classes() == 1 || b.classes() == 1) {
      return 0;
    }
    int[] joint = new int[a.classes() * b.classes()];
    for (int i = 0; i < a.points(); i++) {
      joint[a.labels[i] * b.classes() + b.labels[i]]++;
    }
    double n = a.points();
    double sum = 0;
    for (int cell = 0; cell < joint.length; cell++) {
      if (joint[cell] > 0) {
        double p = joint[cell] / n;
        double outer = (double) a.counts[cell / b.classes()] * b.counts[cell % b.classes()];
        double term =
            p * (Math.log(joint[cell]) - Math.log(n)) + p * (2 * Math.log(n) - Math.log(outer));
        sum += Math.abs(term) < EPSILON ? 0 : term;
      }
    }
    return Math.max(0, sum);
  }
}
