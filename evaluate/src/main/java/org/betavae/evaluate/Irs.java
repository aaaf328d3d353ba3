package org.betavae.evaluate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.hipparchus.stat.descriptive.rank.Percentile;

/**
 * Interventional robustness score: how little a code moves while one factor is held and all others
 * change.
 *
 * <p>Factors are binned as codes are, and codes that never change are dropped. With D the largest
 * distance of a code from its mean, and d the {@code quantile} of the distances to the mean within
 * a group of equal factor, the entry for code and factor is 1 − (mean of d over groups) / D. Per
 * code the largest entry counts; the score is their mean weighted by D. 1 is best.
 *
 * <p>Source: Suter, Miladinović, Schölkopf and Bauer 2019, "Robustly Disentangled Causal
 * Mechanisms", arXiv:1811.00007, as disentanglement_lib has it.
 *
 * @param quantile of the distances in a group, in (0, 1]
 * @param factorBins equal-width bins of each factor's range, at least 2
 */
public record Irs(double quantile, int factorBins) {
  /** As published by Locatello et al.: the 99 % quantile, 20 bins. */
  public static final Irs PUBLISHED = new Irs(0.99, 20);

  /**
   * @throws IllegalArgumentException if a setting is out of its range
   */
  public Irs {
    if (!(quantile > 0 && quantile <= 1)) {
      throw new IllegalArgumentException(
          "quantile is %s, expected a number above 0 and at most 1. Use 0.99 if unsure."
              .formatted(quantile));
    }
    Shapes.atLeast("factor bins", factorBins, 2);
  }

  /**
   * Robustness of the codes that change; of none, all lists are empty and the score is 0.
   *
   * @param score weighted mean over the codes kept
   * @param keptCodes numbers of the codes that change: entry i of all else is about code {@code
   *     keptCodes[i]}
   * @param perCode largest entry of each row
   * @param parents the factor of that entry, the first of equal ones
   * @param maxDeviations D, in the units of the codes
   * @param matrix codes kept by factors; one row of NaN where none is kept
   */
  public record Result(
      double score,
      List<Integer> keptCodes,
      List<Double> perCode,
      List<Integer> parents,
      List<Double> maxDeviations,
      Matrix matrix) {
    /** Takes a copy of the lists. */
    public Result {
      keptCodes = List.copyOf(keptCodes);
      perCode = List.copyOf(perCode);
      parents = List.copyOf(parents);
      maxDeviations = List.copyOf(maxDeviations);
    }
  }

  /** Measures training rows. */
  public Result measure(LabelledCodes train) {
    List<Integer> constant = train.codes().constant();
    List<Integer> kept =
        IntStream.range(0, train.codes().size())
            .filter(code -> !constant.contains(code))
            .boxed()
            .toList();
    int factors = train.factors().size();
    if (kept.isEmpty()) {
      Matrix none = Matrix.filled(1, factors, (code, factor) -> Double.NaN);
      return new Result(0, kept, List.of(), List.of(), List.of(), none);
    }
    List<double[]> columns = kept.stream().map(train.codes()::doubles).toList();
    List<Double> deviations =
        columns.stream().map(c -> Arrays.stream(distances(c)).max().orElseThrow()).toList();
    List<Partition> groups =
        IntStream.range(0, factors)
            .mapToObj(k -> Partition.ofBins(train.factors().column(k), factorBins))
            .toList();
    Matrix matrix =
        Matrix.filled(
            kept.size(),
            factors,
            (code, factor) ->
                1 - deviation(columns.get(code), groups.get(factor)) / deviations.get(code));
    return result(kept, deviations, matrix);
  }

  private static Result result(List<Integer> kept, List<Double> deviations, Matrix matrix) {
    List<Double> perCode = new ArrayList<>();
    List<Integer> parents = new ArrayList<>();
    double sum = 0;
    double weights = 0;
    for (int code = 0; code < matrix.rows(); code++) {
      double[] row = matrix.row(code);
      int best = 0;
      for (int factor = 1; factor < row.length; factor++) {
        best = row[factor] > row[best] ? factor : best;
      }
      parents.add(best);
      perCode.add(row[best]);
      sum += deviations.get(code) * row[best];
      weights += deviations.get(code);
    }
    return new Result(sum / weights, kept, perCode, parents, deviations, matrix);
  }

  /** Mean over groups of the quantile of the distances to the group's mean. */
  private double deviation(double[] column, Partition groups) {
    Percentile percentile =
        new Percentile(100 * quantile).withEstimationType(Percentile.EstimationType.R_7);
    double sum = 0;
    for (int label = 0; label < groups.classes(); label++) {
      int group = label;
      double[] members =
          IntStream.range(0, column.length)
              .filter(i -> groups.label(i) == group)
              .mapToDouble(i -> column[i])
              .toArray();
      sum += percentile.evaluate(distances(members));
    }
    return sum / groups.classes();
  }

  private static double[] distances(double[] values) {
    double mean = Arrays.stream(values).average().orElseThrow();
    return Arrays.stream(values).map(v -> Math.abs(v - mean)).toArray();
  }
}
