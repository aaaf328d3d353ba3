package org.betavae.evaluate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The Lasso, and how models are compared. */
class UdrTest {
  private static final double[] A = {-1.5, -0.5, 0.5, 1.5};
  private static final double[] B = {1, -1, -1, 1};

  /** Certain of what it says: log-variances of −2. */
  private static Posterior model(double[]... latents) {
    double[][] logVars = new double[latents.length][latents[0].length];
    for (double[] column : logVars) {
      Arrays.fill(column, -2);
    }
    return new Posterior(Small.codes(latents), Small.codes(logVars));
  }

  private static double[] times(double factor, double[] values) {
    return Arrays.stream(values).map(v -> factor * v).toArray();
  }

  @Test
  void averageKl_byHand() {
    // Half of (1 + 1 − 0 − 1), and nothing for a standard normal one.
    Posterior model =
        new Posterior(
            Small.codes(Small.column(1, -1), Small.column(0, 0)),
            Small.codes(Small.column(0, 0), Small.column(0, 0)));
    assertEquals(List.of(0.5, 0.0), model.averageKl());
    Small.refused(
        () -> new Posterior(model.means(), Small.codes(Small.column(0, 0))),
        "means are 2 x 2 and log-variances 2 x 1");
  }

  @Test
  void lasso_ofOneCode_shrinksByAlpha() {
    // The optimum for a standard code is the covariance less α, or 0.
    double[] x = {-1, 1, -1, 1};
    Lasso lasso = new Lasso(new double[][] {x}, 0.1);
    assertArrayEquals(new double[] {0.4}, lasso.weights(new double[] {0.5}), Small.ROUNDING);
    assertArrayEquals(new double[] {-0.4}, lasso.weights(new double[] {-0.5}), Small.ROUNDING);
    assertArrayEquals(new double[] {0}, lasso.weights(new double[] {0.05}));
  }

  @Test
  void lasso_atItsOptimum_leavesCovariancesOfAlpha() {
    Random random = new Random(6);
    double[][] x = new double[4][50];
    double[] y = new double[50];
    for (int i = 0; i < 50; i++) {
      double shared = random.nextGaussian();
      for (double[] column : x) {
        column[i] = shared + random.nextGaussian();
        y[i] += column[i] * (column == x[0] ? 2 : 0.2);
      }
    }
    double[] w =
        new Lasso(x, 0.1)
            .weights(Arrays.stream(x).mapToDouble(c -> Lasso.covariance(c, y)).toArray());
    double[] rest = y.clone();
    for (int j = 0; j < 4; j++) {
      for (int i = 0; i < 50; i++) {
        rest[i] -= w[j] * x[j][i];
      }
    }
    for (int j = 0; j < 4; j++) {
      double expected = w[j] == 0 ? Lasso.covariance(x[j], rest) : 0.1 * Math.signum(w[j]);
      assertEquals(expected, Lasso.covariance(x[j], rest), 1e-10);
    }
  }

  @Test
  void sameLatentsInAnotherOrderAndScale_scoreOne() {
    List<Posterior> models = List.of(model(A, B), model(times(-3, B), times(2, A)));
    Udr.Result spearman = Udr.SPEARMAN.measure(models);
    assertEquals(1, spearman.modelScores().get(0), Small.ROUNDING);
    assertEquals(0, spearman.pairwiseScores().value(1, 1));
    // The Lasso shrinks the only weight to 0.9, and so the score.
    assertEquals(0.9, Udr.LASSO.measure(models).modelScores().get(1), 1e-6);
  }

  @Test
  void pairScore_byHand() {
    // Ranks of 0, -1, 0, 2 are 2.5, 1, 2.5, 4, those of two-valued codes 1.5 and 3.5. Centred and
    // squared: 4.5 and 4; products with (0 1 0 1) sum to 0, with (0 0 1 1) to 3: r = 3 / √18.
    double[] other = {0, -1, 0, 2};
    List<Posterior> models =
        List.of(
            model(Small.column(0, 1, 0, 1), Small.column(0, 0, 1, 1)),
            model(other, Small.column(0, 0, 0, 0)));
    Udr.Result result = Udr.SPEARMAN.measure(models);
    double r = 3 / Math.sqrt(18);
    assertEquals(0, result.similarities().get(1).value(0, 0), Small.ROUNDING);
    assertEquals(r, result.similarities().get(1).value(1, 0), Small.ROUNDING);
    // The second latent of the second model never changes: it has no correlation at all.
    assertEquals(Double.NaN, result.similarities().get(1).value(1, 1));
    // So only the first column counts, r² / r, and neither that column's neighbour nor a row.
    assertEquals(r / 4, result.pairwiseScores().value(0, 1), Small.ROUNDING);
  }

  @Test
  void ranks_ofZerosWithEitherSign_areTied() {
    // Rounded codes have both zeros. 0 and −0 are one value: 1.5, 1.5 and 3.
    Posterior plain = model(Small.column(0, 0, 1), Small.column(1, 2, 3));
    Posterior signed = model(Small.column(0, -0.0, 1), Small.column(1, 2, 3));
    Udr.Result result = Udr.SPEARMAN.measure(List.of(plain, signed));
    assertEquals(1, result.similarities().get(1).value(0, 0), Small.ROUNDING);
  }

  @Test
  void unusedLatents_areLeftOut_orCountZero() {
    double[] nothing = {0.001, -0.001, 0.001, -0.001};
    double[] zeros = new double[4];
    double[] sure = {-2, -2, -2, -2};
    Posterior first = new Posterior(Small.codes(A, nothing), Small.codes(sure, zeros));
    Posterior second = new Posterior(Small.codes(nothing, A), Small.codes(zeros, sure));
    List<Posterior> models = List.of(first, second);
    Udr.Result used = Udr.SPEARMAN.measure(models);
    assertEquals(1, used.modelScores().get(0), Small.ROUNDING);
    assertEquals(Double.NaN, used.similarities().get(1).value(0, 0));
    Udr all = new Udr(Udr.Similarity.LASSO, 0.01, false, 0.1);
    assertEquals(0.45, all.measure(models).modelScores().get(0), 1e-6);
    Posterior dead = new Posterior(Small.codes(nothing, zeros), Small.codes(zeros, zeros));
    assertEquals(0, Udr.LASSO.measure(List.of(first, dead)).modelScores().get(0));
  }

  @Test
  void tooFewOrOtherModels_areRefused() {
    Small.refused(() -> Udr.LASSO.measure(List.of(model(A, B))), "found 1, expected at least 2");
    Small.refused(
        () -> Udr.LASSO.measure(List.of(model(A, B), model(A))),
        "model 1 has codes 4 x 1 and model 0 4 x 2");
    Small.refused(() -> new Udr(Udr.Similarity.LASSO, -1, true, 0.1), "KL threshold is -1.0");
    Small.refused(() -> new Udr(Udr.Similarity.LASSO, 0, true, 0), "alpha is 0.0");
  }
}
