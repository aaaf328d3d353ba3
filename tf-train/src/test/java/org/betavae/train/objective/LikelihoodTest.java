package org.betavae.train.objective;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LikelihoodTest {
  /** Float32 arithmetic on values near 1. */
  private static final double ROUNDING = 1e-6;

  @Test
  void bernoulli_atLogitZero_isLogTwoPerPixel() {
    assertEquals(
        2 * Math.log(2), nll(new Bernoulli(), new float[] {0, 1}, new float[] {0, 0}), ROUNDING);
  }

  @Test
  void bernoulli_isWorkedByHand() {
    // x = 0.25, a = 2: ln(1 + e^2) - 0.5
    assertEquals(1.6269280, nll(new Bernoulli(), new float[] {0.25f}, new float[] {2}), ROUNDING);
  }

  @Test
  void bernoulli_ofHugeLogits_staysFinite() {
    assertEquals(0, nll(new Bernoulli(), new float[] {1}, new float[] {10000}), 0);
    assertEquals(10000, nll(new Bernoulli(), new float[] {0}, new float[] {10000}), 0);
  }

  @Test
  void gaussian_atItsMean_isTheLogOfItsNormaliser() {
    double expected = Math.log(0.1) + 0.5 * Math.log(2 * Math.PI);
    assertEquals(
        expected, nll(new Gaussian(0.1), new float[] {0.3f}, new float[] {0.3f}), ROUNDING);
  }

  @Test
  void gaussian_isWorkedByHand() {
    // (1 - 0.5)^2 / (2 * 4) + ln 2 + ln(2 pi) / 2
    assertEquals(1.6433357, nll(new Gaussian(2), new float[] {1}, new float[] {0.5f}), ROUNDING);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -1, Double.NaN, Double.POSITIVE_INFINITY})
  void gaussian_withUselessSigma_isRefused(double sigma) {
    var e = assertThrows(IllegalArgumentException.class, () -> new Gaussian(sigma));
    assertTrue(e.getMessage().contains("sigma is " + sigma), e.getMessage());
    assertTrue(e.getMessage().contains("Use 1"), e.getMessage());
  }

  @Test
  void unknownLikelihood_isNamedWithTheKnownOnes() {
    var e =
        assertThrows(IllegalArgumentException.class, () -> new LikelihoodSettings("poisson", 1));
    assertTrue(e.getMessage().contains("poisson"), e.getMessage());
    assertTrue(e.getMessage().contains("bernoulli, gaussian"), e.getMessage());
  }

  private static float nll(Likelihood likelihood, float[] x, float[] output) {
    return new Formula()
        .with("x", x, 1, x.length)
        .with("output", output, 1, output.length)
        .evaluate(
            (tf, in) ->
                likelihood.negativeLogLikelihood(Formula.pass(tf), in.get("x"), in.get("output")))
        .value()
        .get(0);
  }
}
