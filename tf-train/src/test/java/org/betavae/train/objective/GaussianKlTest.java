package org.betavae.train.objective;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class GaussianKlTest {
  /** Float32 arithmetic on values near 1. */
  private static final double ROUNDING = 1e-6;

  @Test
  void kl_ofStandardNormal_isZero() {
    assertEquals(List.of(0f, 0f), kl(new float[] {0, 0}, new float[] {0, 0}));
  }

  @Test
  void kl_ofShiftedNormal_isHalfTheSquaredShift() {
    assertEquals(2.0, kl(new float[] {-2}, new float[] {0}).get(0), ROUNDING);
  }

  @Test
  void kl_ofVarianceFour_isWorkedByHand() {
    // (4 - ln 4 - 1) / 2
    assertEquals(0.8068528, kl(new float[] {0}, new float[] {1.3862944f}).get(0), ROUNDING);
  }

  @Test
  void kl_nearZero_keepsItsDigits() {
    assertEquals(5e-9, kl(new float[] {1e-4f}, new float[] {0}).get(0), 5e-14);
  }

  @Test
  void gradient_isMeanAndHalfOfVarianceMinusOne() {
    Formula.Outcome outcome =
        new Formula()
            .with("mean", new float[] {3}, 1, 1)
            .with("log_var", new float[] {(float) Math.log(5)}, 1, 1)
            .evaluate(
                (tf, in) -> GaussianKl.perLatent(tf, in.get("mean"), in.get("log_var")),
                "mean",
                "log_var");
    assertEquals(3, outcome.gradients().get("mean").get(0), ROUNDING);
    assertEquals(2, outcome.gradients().get("log_var").get(0), ROUNDING);
  }

  private static List<Float> kl(float[] mean, float[] logVar) {
    return new Formula()
        .with("mean", mean, 1, mean.length)
        .with("log_var", logVar, 1, logVar.length)
        .evaluate((tf, in) -> GaussianKl.perLatent(tf, in.get("mean"), in.get("log_var")))
        .value();
  }
}
