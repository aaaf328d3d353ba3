package org.betavae.evaluate;

import java.util.Arrays;
import java.util.List;
import org.hipparchus.exception.MathIllegalArgumentException;
import org.hipparchus.linear.CholeskyDecomposition;
import org.hipparchus.linear.EigenDecompositionSymmetric;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RealMatrix;
import org.hipparchus.stat.correlation.Covariance;

/**
 * Scores that need no factors: how far the codes are from independent of each other.
 *
 * <p>With C the covariance of the codes (n − 1): Gaussian total correlation is ½ (Σ log Cᵢᵢ − log
 * det C); Gaussian Wasserstein correlation 2 tr C − 2 Σ √λ, with λ the eigenvalues of the matrix
 * √Cᵢᵢ Cᵢⱼ √Cⱼⱼ, and its norm that by tr C; the mutual information score is the mean mutual
 * information of two binned codes. 0 is best for all of them, and easily reached by codes that do
 * not change.
 *
 * <p>Sources: Watanabe 1960, "Information Theoretical Analysis of Multivariate Correlation"; Xiao
 * and Wang 2019, "Disentangled Representation Learning with Wasserstein Total Correlation",
 * arXiv:1912.12818; as disentanglement_lib has them.
 *
 * @param bins equal-width bins of each code's range, at least 2
 */
public record Unsupervised(int bins) {
  /** As published by Locatello et al.: 20 bins. */
  public static final Unsupervised PUBLISHED = new Unsupervised(MutualInformation.PUBLISHED_BINS);

  /** Smallest pivot of a correlation matrix that is not singular. */
  private static final double SMALLEST_PIVOT = 1e-14;

  /**
   * @throws IllegalArgumentException if there are fewer than 2 bins
   */
  public Unsupervised {
    Shapes.atLeast("bins", bins, 2);
  }

  /**
   * The scores.
   *
   * @param gaussianTotalCorrelation nats, at least 0; NaN where a code is constant, infinite where
   *     one follows linearly from the others
   * @param wassersteinCorrelation in the square of the codes' unit, at least 0
   * @param wassersteinCorrelationNorm that by the trace of the covariance; NaN where all codes are
   *     constant
   * @param mutualInformationScore nats, at least 0; NaN for one code
   */
  public record Result(
      double gaussianTotalCorrelation,
      double wassersteinCorrelation,
      double wassersteinCorrelationNorm,
      double mutualInformationScore) {}

  /**
   * Measures training rows.
   *
   * @throws IllegalArgumentException if there are fewer than 2 points
   */
  public Result measure(Codes train) {
    Shapes.atLeast("number of points", train.points(), 2);
    RealMatrix covariance = covariance(train);
    double wasserstein = wasserstein(covariance);
    return new Result(
        totalCorrelation(covariance),
        wasserstein,
        wasserstein / covariance.getTrace(),
        informationScore(train));
  }

  private static RealMatrix covariance(Codes train) {
    if (train.size() == 1) { // Hipparchus wants two columns
      return MatrixUtils.createRealDiagonalMatrix(
          new double[] {
            new org.hipparchus.stat.descriptive.moment.Variance().evaluate(train.doubles(0))
          });
    }
    return new Covariance(train.toRows()).getCovarianceMatrix();
  }

  /** By the correlation matrix, whose determinant is that of the covariance by its diagonal. */
  private static double totalCorrelation(RealMatrix covariance) {
    int n = covariance.getRowDimension();
    RealMatrix correlation = MatrixUtils.createRealMatrix(n, n);
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        double scale = Math.sqrt(covariance.getEntry(i, i)) * Math.sqrt(covariance.getEntry(j, j));
        if (scale == 0) {
          return Double.NaN;
        }
        correlation.setEntry(i, j, i == j ? 1 : covariance.getEntry(i, j) / scale);
      }
    }
    try {
      RealMatrix l = new CholeskyDecomposition(correlation, 1e-10, SMALLEST_PIVOT).getL();
      double logDeterminant = 0;
      for (int i = 0; i < n; i++) {
        logDeterminant += 2 * Math.log(l.getEntry(i, i));
      }
      return Math.max(0, -logDeterminant / 2);
    } catch (MathIllegalArgumentException e) { // not positive definite
      return Double.POSITIVE_INFINITY;
    }
  }

  private static double wasserstein(RealMatrix covariance) {
    int n = covariance.getRowDimension();
    RealMatrix product = MatrixUtils.createRealMatrix(n, n);
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        double scale = Math.sqrt(covariance.getEntry(i, i)) * Math.sqrt(covariance.getEntry(j, j));
        product.setEntry(i, j, scale * covariance.getEntry(i, j));
      }
    }
    double[] eigenvalues = new EigenDecompositionSymmetric(product).getEigenvalues();
    double root = Arrays.stream(eigenvalues).map(e -> Math.sqrt(Math.max(0, e))).sum();
    return 2 * covariance.getTrace() - 2 * root;
  }

  private double informationScore(Codes train) {
    List<Partition> codes = MutualInformation.binned(train, bins);
    double sum = 0;
    for (int i = 0; i < codes.size(); i++) {
      for (int j = 0; j < i; j++) {
        sum += Partition.mutualInformation(codes.get(i), codes.get(j));
      }
    }
    return sum / (codes.size() * (codes.size() - 1) / 2.0);
  }
}
