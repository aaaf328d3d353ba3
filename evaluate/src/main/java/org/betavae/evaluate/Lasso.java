package org.betavae.evaluate;

/**
 * Least squares with absolute weights as penalty: the minimum of |y − Xw − b|² / (2n) + α Σ|w|, by
 * coordinate descent on the covariances, one code after the other until none moves.
 *
 * <p>Source: Friedman, Hastie and Tibshirani 2010, "Regularization Paths for Generalized Linear
 * Models via Coordinate Descent", section 2.
 */
final class Lasso {
  private static final int MOST_ROUNDS = 100_000;

  /** Largest move of a weight in the last round, as a share of the largest weight. */
  private static final double TOLERANCE = 1e-14;

  private final double[][] covariances;
  private final double alpha;

  /**
   * Prepares for several targets.
   *
   * @param columns codes with mean 0, shape {@code [codes][points]}
   */
  Lasso(double[][] columns, double alpha) {
    this.alpha = alpha;
    covariances = new double[columns.length][columns.length];
    for (int i = 0; i < columns.length; i++) {
      for (int j = 0; j <= i; j++) {
        covariances[i][j] = covariance(columns[i], columns[j]);
        covariances[j][i] = covariances[i][j];
      }
    }
  }

  static double covariance(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum / a.length;
  }

  /**
   * The weights; 0 for columns that never change.
   *
   * @param withTarget covariance of each column with the target
   */
  double[] weights(double[] withTarget) {
    double[] weights = new double[withTarget.length];
    double largest = 0;
    double moved = Double.POSITIVE_INFINITY;
    for (int round = 0; round < MOST_ROUNDS && moved > TOLERANCE * largest; round++) {
      moved = 0;
      for (int j = 0; j < weights.length; j++) {
        double variance = covariances[j][j];
        if (variance == 0) {
          continue;
        }
        double rest = withTarget[j];
        for (int k = 0; k < weights.length; k++) {
          rest -= k == j ? 0 : covariances[j][k] * weights[k];
        }
        double weight = Math.signum(rest) * Math.max(0, Math.abs(rest) - alpha) / variance;
        moved = Math.max(moved, Math.abs(weight - weights[j]));
        largest = Math.max(largest, Math.abs(weight));
        weights[j] = weight;
      }
    }
    return weights;
  }
}
