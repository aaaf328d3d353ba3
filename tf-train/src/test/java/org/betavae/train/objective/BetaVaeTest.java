package org.betavae.train.objective;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BetaVaeTest {
  @Test
  void loss_isReconstructionPlusBetaTimesKl() {
    assertEquals(90, loss(Objective.of("beta-vae", 4)));
  }

  @Test
  void loss_ofVae_ignoresBeta() {
    assertEquals(60, loss(Objective.of("vae", 4)));
  }

  @Test
  void loss_atBetaZero_isTheReconstruction() {
    assertEquals(50, loss(Objective.of("beta-vae", 0)));
  }

  @ParameterizedTest
  @ValueSource(doubles = {-1, Double.NaN, Double.POSITIVE_INFINITY})
  void uselessBeta_isRefused(double beta) {
    var e = assertThrows(IllegalArgumentException.class, () -> Objective.of("beta-vae", beta));
    assertTrue(e.getMessage().contains("beta is " + beta), e.getMessage());
    assertTrue(e.getMessage().contains("Use 1 for a plain VAE"), e.getMessage());
  }

  private static float loss(Objective objective) {
    return new Formula()
        .with("reconstruction", new float[] {50})
        .with("kl", new float[] {10})
        .evaluate(
            (tf, in) ->
                objective.loss(
                    tf,
                    new Objective.Terms(
                        in.get("kl"),
                        in.get("kl"),
                        in.get("kl"),
                        in.get("reconstruction"),
                        in.get("kl"))))
        .value()
        .get(0);
  }
}
