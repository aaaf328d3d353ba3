package org.betavae.evaluate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Means, and how far the best code of a factor is ahead of the second best. */
final class Gap {
  private Gap() {}

  /** Largest minus second largest value of every column; at least two rows. */
  static List<Double> perFactor(Matrix scores) {
    List<Double> gaps = new ArrayList<>();
    for (int factor = 0; factor < scores.columns(); factor++) {
      double[] sorted = Arrays.stream(scores.column(factor)).sorted().toArray();
      gaps.add(sorted[sorted.length - 1] - sorted[sorted.length - 2]);
    }
    return gaps;
  }

  static double mean(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
  }
}
