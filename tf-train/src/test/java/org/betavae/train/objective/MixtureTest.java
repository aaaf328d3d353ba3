package org.betavae.train.objective;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class MixtureTest {
  /** Float32 arithmetic on values near 1. */
  private static final double ROUNDING = 2e-6;

  @Test
  void logMeanExp_isWorkedByHand() {
    // ln((1 + 2 + 6) / 3)
    assertEquals(Math.log(3), logMeanExp(0, (float) Math.log(2), (float) Math.log(6)), ROUNDING);
  }

  @Test
  void logMeanExp_ofHugeValues_doesNotOverflow() {
    assertEquals(5000, logMeanExp(5000, 5000), 0);
    assertEquals(-5000 - Math.log(2), logMeanExp(-5000, -9000), 1e-3);
  }

  @Test
  void mixture_ofOneStandardNormal_isTheStandardNormal() {
    // -(1 + 4) / 2 - ln(2 pi)
    assertEquals(-4.3378770, logDensity(new float[] {0, 0}, new float[] {0, 0}, 1), ROUNDING);
  }

  @Test
  void mixture_ofTwo_isTheLogOfTheirMean() {
    // N(1; 1, 1) N(-2; -2, 1) = 1 / 2 pi, and one that is e^-50 of it at least
    float[] mean = {1, -2, 11, -2};
    assertEquals(-Math.log(2 * Math.PI) - Math.log(2), logDensity(mean, new float[4], 2), ROUNDING);
  }

  @Test
  void density_atItsOwnMean_isFiniteForAWidthNearZero() {
    // -(2 ln(2 pi) - 200) / 2; exp(100) itself is no float32
    float[] narrow = {-100, -100};
    assertEquals(98.162123, logDensity(new float[] {1, -2}, narrow, 1), 1e-4);
  }

  /** At z = (1, -2). */
  private static float logDensity(float[] mean, float[] logVar, int components) {
    return new Formula()
        .with("z", new float[] {1, -2}, 1, 2)
        .with("mean", mean, components, 2)
        .with("log_var", logVar, components, 2)
        .evaluate(
            (tf, in) -> new Mixture(in.get("mean"), in.get("log_var")).logDensity(tf, in.get("z")))
        .value()
        .get(0);
  }

  private static float logMeanExp(float... values) {
    return new Formula()
        .with("values", values, 1, values.length)
        .evaluate((tf, in) -> LogMeanExp.of(tf, in.get("values")))
        .value()
        .get(0);
  }
}
