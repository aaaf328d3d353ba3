package org.betavae.evaluate;

/**
 * BetaVAE score: how well a linear classifier tells which factor two batches of rows have in common
 * from how far their codes are apart.
 *
 * <p>One point: a factor is chosen, pairs of rows with the same value of it are embedded, and the
 * mean absolute difference of each code over the pairs is a feature, the factor the label. A
 * softmax regression is fitted to its optimum on training points; the score is its accuracy on new
 * ones. Chance is about 1 / K, 1 is best.
 *
 * <p>Source: Higgins et al. 2017, "beta-VAE: Learning Basic Visual Concepts with a Constrained
 * Variational Framework", ICLR, section 3, as disentanglement_lib has it.
 *
 * @param batchSize pairs of a point, at least 1
 * @param trainPoints at least 1
 * @param evaluationPoints at least 1
 * @param c weight of the loss against the penalty on weights, above 0
 */
public record BetaVaeScore(int batchSize, int trainPoints, int evaluationPoints, double c) {
  /** As published by Locatello et al. */
  public static final BetaVaeScore PUBLISHED = new BetaVaeScore(64, 10_000, 5_000, 1);

  /**
   * @throws IllegalArgumentException if a setting is out of its range
   */
  public BetaVaeScore {
    Shapes.atLeast("batch size", batchSize, 1);
    Shapes.atLeast("training points", trainPoints, 1);
    Shapes.atLeast("evaluation points", evaluationPoints, 1);
    Shapes.positive("C", c);
  }

  /**
   * The score.
   *
   * @param trainAccuracy on training points, in [0, 1]
   * @param evaluationAccuracy on new points, in [0, 1]
   */
  public record Result(double trainAccuracy, double evaluationAccuracy) {}

  /**
   * Draws pairs and measures.
   *
   * @param table the rows that there are
   * @param codes their codes
   * @throws IllegalArgumentException if the table is no grid and too small for the batches
   */
  public Result measure(FactorRows table, RowCodes codes, long seed) {
    return replay(BetaVaeDraws.random(table, this, seed), codes);
  }

  /**
   * Measures on given pairs, of which the first {@code trainPoints} points are for training and all
   * others for evaluation.
   *
   * @throws IllegalArgumentException if there are no points to evaluate, or all training points
   *     share one factor
   */
  public Result replay(BetaVaeDraws draws, RowCodes codes) {
    Shapes.atLeast("number of points", draws.points(), trainPoints + 1);
    int[] trainLabels = labels(draws, 0, trainPoints);
    Partition classes = Partition.of(trainLabels);
    if (classes.classes() < 2) {
      throw new IllegalArgumentException(
          "all training points hold factor %d, expected at least 2 factors. Draw more points."
              .formatted(trainLabels[0]));
    }
    SoftmaxRegression.Rows train = rows(draws, codes, 0, trainPoints);
    SoftmaxRegression.Model model =
        SoftmaxRegression.fit(train, classes.labels(), classes.classes(), c);
    SoftmaxRegression.Rows evaluation = rows(draws, codes, trainPoints, draws.points());
    int[] expected = labels(draws, trainPoints, draws.points());
    for (int i = 0; i < expected.length; i++) {
      expected[i] = classes.labelOf(expected[i]);
    }
    return new Result(
        model.accuracy(train, classes.labels()), model.accuracy(evaluation, expected));
  }

  private static int[] labels(BetaVaeDraws draws, int from, int to) {
    int[] labels = new int[to - from];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = draws.factor(from + i);
    }
    return labels;
  }

  private static SoftmaxRegression.Rows rows(BetaVaeDraws draws, RowCodes codes, int from, int to) {
    double[] values = null;
    for (int point = from; point < to; point++) {
      double[] features = features(draws, codes, point);
      if (values == null) {
        values = new double[(to - from) * features.length];
      }
      System.arraycopy(features, 0, values, (point - from) * features.length, features.length);
    }
    return new SoftmaxRegression.Rows(values, to - from);
  }

  /** Mean absolute difference of each code over the pairs of a point. */
  static double[] features(BetaVaeDraws draws, RowCodes codes, int point) {
    Codes first = codes.of(draws.first(point));
    Codes second = codes.of(draws.second(point));
    double[] features = new double[first.size()];
    for (int pair = 0; pair < first.points(); pair++) {
      for (int code = 0; code < features.length; code++) {
        features[code] += Math.abs((double) first.value(pair, code) - second.value(pair, code));
      }
    }
    for (int code = 0; code < features.length; code++) {
      features[code] /= first.points();
    }
    return features;
  }
}
