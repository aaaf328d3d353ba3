package org.betavae.train.objective;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LikelihoodTest {
  /** Float32 arithmetic on values near 1. */
  private static final double ROUNDING = 1e-6;

  /** The floor adds a millionth to a variance, on top of rounding. */
  private static final double FLOORED = 3e-6;

  /** Float32 arithmetic where 1/255 is divided by a small scale, and on losses of up to 10. */
  private static final double EIGHT_BIT_ROUNDING = 1e-5;

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
        assertThrows(
            IllegalArgumentException.class,
            () -> new LikelihoodSettings("poisson", null, null, null));
    assertTrue(e.getMessage().contains("poisson"), e.getMessage());
    assertTrue(e.getMessage().contains("bernoulli, gaussian"), e.getMessage());
  }

  @Test
  void gaussian_withASigmoid_isTheGaussianAroundIt() {
    var sigmoid = new Gaussian(Location.SIGMOID, Scale.fixed(0.5));
    // a = 0 puts the mean at one half.
    assertEquals(
        nll(new Gaussian(0.5), new float[] {0.8f}, new float[] {0.5f}),
        nll(sigmoid, new float[] {0.8f}, new float[] {0}),
        ROUNDING);
    assertEquals(List.of(0.5f), mean(sigmoid, 0));
  }

  @Test
  void gaussian_perPixel_readsTheSecondHalfAsLogVariance() {
    var likelihood = new Gaussian(Location.IDENTITY, new Scale(Scale.Kind.PER_PIXEL, 1));
    // Means 0.5 and 2, variances 4 and 9: the hand-worked value above, and 1/18 + ln 3 + ln(2 pi)/2
    float[] output = {0.5f, 2, (float) Math.log(4), (float) Math.log(9)};
    assertEquals(2, likelihood.outputsPerValue());
    assertEquals(1.6433357 + 2.0731063, nll(likelihood, new float[] {1, 3}, output), FLOORED);
    assertEquals(List.of(0.5f, 2f), mean(likelihood, output));
  }

  @Test
  void gaussian_perPixelOfAHugeCertainty_staysAboveTheFloor() {
    var likelihood = new Gaussian(Location.IDENTITY, new Scale(Scale.Kind.PER_PIXEL, 0.5));
    double atFloor = Math.log(0.5 * 1e-3) + 0.5 * Math.log(2 * Math.PI);
    assertEquals(atFloor, nll(likelihood, new float[] {1}, new float[] {1, -1e4f}), ROUNDING * 10);
    assertTrue(Float.isFinite(nll(likelihood, new float[] {1}, new float[] {0, 1e4f})));
  }

  @Test
  void learnedWidth_beginsAsTheFixedOne() {
    float[] output = {0.5f, 0.5f};
    for (double sigma : new double[] {0.1, 1, 3}) {
      float[] x = {0.5f, 0.5f + (float) sigma};
      var learned = new Scale(Scale.Kind.LEARNED, sigma);
      assertEquals(
          nll(new Gaussian(sigma), x, output),
          nll(new Gaussian(Location.IDENTITY, learned), x, output),
          FLOORED);
      assertEquals(
          nll(new Laplace(Location.IDENTITY, Scale.fixed(sigma)), x, output),
          nll(new Laplace(Location.IDENTITY, learned), x, output),
          FLOORED);
    }
  }

  @Test
  void laplace_isWorkedByHand() {
    var likelihood = new Laplace(Location.IDENTITY, Scale.fixed(0.25));
    // |1 - 0.5| / 0.25 + ln(2 * 0.25)
    assertEquals(1.3068528, nll(likelihood, new float[] {1}, new float[] {0.5f}), ROUNDING);
    assertEquals(List.of(0.5f), mean(likelihood, 0.5f));
  }

  @Test
  void laplace_perPixel_isLaplaceOfEachWidth() {
    var likelihood = new Laplace(Location.IDENTITY, new Scale(Scale.Kind.PER_PIXEL, 1));
    float logVar = (float) (2 * Math.log(0.25));
    assertEquals(
        1.3068528, nll(likelihood, new float[] {1}, new float[] {0.5f, logVar}), 10 * FLOORED);
  }

  @Test
  void discretisedLogistic_isWorkedByHand() {
    var likelihood = new DiscretisedLogistic(Location.IDENTITY, Scale.fixed(0.1));
    // F(1/51) - F(-1/51) at the middle level of m = 0.4 = 102/255: 2 F(1/51) - 1 = tanh(1/102)
    float middle = nll(likelihood, new float[] {0.4f}, new float[] {0.4f});
    assertEquals(-Math.log(Math.tanh(1 / 102.0)), middle, EIGHT_BIT_ROUNDING);
  }

  @ParameterizedTest
  @CsvSource({"0.5,0.1", "0,0.05", "1,0.3", "-0.2,0.02", "0.37,0.0004", "3,1"})
  void discretisedLogistic_sumsToOneOverAllLevels(double m, double scale) {
    var likelihood = new DiscretisedLogistic(Location.IDENTITY, Scale.fixed(scale));
    double[] p = levels(likelihood, (float) m);
    assertEquals(1, Arrays.stream(p).sum(), EIGHT_BIT_ROUNDING);
    double expected = 0;
    for (int k = 0; k < 256; k++) {
      expected += p[k] * k / 255;
    }
    assertEquals(expected, mean(likelihood, (float) m).get(0), 0.5 / 255);
  }

  @Test
  void discretisedLogistic_farInItsTail_keepsItsLoss() {
    var likelihood = new DiscretisedLogistic(Location.IDENTITY, Scale.fixed(0.001));
    // Level 51 = 0.2 is 800 scales below m = 1; its mass would be 0 in float32.
    double upper = (1 - 0.2 - 1 / 510.0) / 0.001;
    double expected = upper - Math.log(1 - Math.exp(-1 / 0.255));
    assertEquals(
        expected, nll(likelihood, new float[] {0.2f}, new float[] {1}), EIGHT_BIT_ROUNDING * 1000);
  }

  @Test
  void discretisedLogistic_betweenLevels_countsAsTheNearer() {
    var likelihood = new DiscretisedLogistic(Location.SIGMOID, new Scale(Scale.Kind.LEARNED, 0.1));
    float[] output = {0.3f};
    assertEquals(
        nll(likelihood, new float[] {100 / 255f}, output),
        nll(likelihood, new float[] {100.4f / 255}, output),
        0);
  }

  @Test
  void betaBinomial_ofAlphaAndBetaOne_isUniform() {
    var likelihood = new BetaBinomial(255);
    for (float x : new float[] {0, 0.2f, 1}) {
      assertEquals(
          Math.log(256), nll(likelihood, new float[] {x}, new float[] {0, 0}), EIGHT_BIT_ROUNDING);
    }
  }

  @Test
  void betaBinomial_isWorkedByHand() {
    // n = 2, k = 1, alpha 2, beta 3: C(2,1) B(3,4) / B(2,3) = 2 (1/60) / (1/12) = 0.4
    float[] output = {(float) Math.log(2), (float) Math.log(3)};
    assertEquals(
        -Math.log(0.4), nll(new BetaBinomial(2), new float[] {0.5f}, output), EIGHT_BIT_ROUNDING);
    assertEquals(0.4, mean(new BetaBinomial(2), output).get(0), ROUNDING);
  }

  @ParameterizedTest
  @CsvSource({"0,0", "3,-2", "-8,4", "9,9.5", "20,14"})
  void betaBinomial_sumsToOneOverAllLevels(float logAlpha, float logBeta) {
    var likelihood = new BetaBinomial(255);
    double[] p = levels(likelihood, logAlpha, logBeta);
    assertEquals(1, Arrays.stream(p).sum(), EIGHT_BIT_ROUNDING);
    double expected = 0;
    for (int k = 0; k < 256; k++) {
      expected += p[k] * k / 255;
    }
    assertEquals(expected, mean(likelihood, logAlpha, logBeta).get(0), EIGHT_BIT_ROUNDING);
  }

  @Test
  void likelihoodsOfLevels_wantTheUnitInterval_theOthersDoNot() {
    assertTrue(new BetaBinomial(255).needsUnitInterval());
    assertTrue(new DiscretisedLogistic(Location.IDENTITY, Scale.fixed(1)).needsUnitInterval());
    assertTrue(new Gaussian(Location.SIGMOID, Scale.fixed(1)).needsUnitInterval());
    assertFalse(new Gaussian(1).needsUnitInterval());
    assertFalse(new Laplace(Location.IDENTITY, Scale.fixed(1)).needsUnitInterval());
  }

  @Test
  void settingsLeftOut_getTheLikelihoodsOwn() {
    assertEquals(
        new LikelihoodSettings("discretised-logistic", "learned", 0.1, "identity"),
        new LikelihoodSettings("discretised-logistic", null, null, null));
    assertEquals(
        new LikelihoodSettings("laplace", "fixed", 1.0, "identity"),
        new LikelihoodSettings("laplace", null, null, null));
    assertEquals(
        new Gaussian(Location.SIGMOID, new Scale(Scale.Kind.PER_PIXEL, 2)),
        new LikelihoodSettings("gaussian", "per-pixel", 2.0, "sigmoid").newLikelihood());
  }

  @Test
  void unknownVariance_isNamedWithTheKnownOnes() {
    var e =
        assertThrows(
            IllegalArgumentException.class,
            () -> new LikelihoodSettings("gaussian", "per-pixle", null, null));
    assertTrue(e.getMessage().contains("variance is per-pixle"), e.getMessage());
    assertTrue(e.getMessage().contains("fixed, learned, per-pixel"), e.getMessage());
  }

  /** P(k) of all 256 levels. */
  private static double[] levels(Likelihood likelihood, float... parameters) {
    double[] p = new double[256];
    float[] x = new float[256];
    float[] output = new float[256 * parameters.length];
    for (int k = 0; k < 256; k++) {
      x[k] = k / 255f;
      System.arraycopy(parameters, 0, output, k * parameters.length, parameters.length);
    }
    List<Float> nll =
        new Formula()
            .with("x", x, 256, 1)
            .with("output", output, 256, parameters.length)
            .evaluate(
                (tf, in) ->
                    likelihood.negativeLogLikelihood(
                        Formula.pass(tf), in.get("x"), in.get("output")))
            .value();
    for (int k = 0; k < 256; k++) {
      p[k] = Math.exp(-nll.get(k));
    }
    return p;
  }

  private static List<Float> mean(Likelihood likelihood, float... output) {
    return new Formula()
        .with("output", output, 1, output.length)
        .evaluateWithWeights(
            (pass, in) -> pass.tf().identity(likelihood.mean(pass, in.get("output"))))
        .value();
  }

  private static float nll(Likelihood likelihood, float[] x, float[] output) {
    return new Formula()
        .with("x", x, 1, x.length)
        .with("output", output, 1, output.length)
        .evaluateWithWeights(
            (pass, in) -> likelihood.negativeLogLikelihood(pass, in.get("x"), in.get("output")))
        .value()
        .get(0);
  }
}
