package org.betavae.train.objective;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BetaVaeTest {
  @Test
  void loss_isReconstructionPlusBetaTimesKl() {
    assertEquals(90, loss(settings("beta-vae", 4, "constant"), 1));
  }

  @Test
  void loss_ofVae_ignoresBeta() {
    assertEquals(60, loss(settings("vae", 4, "warm-up"), 1));
  }

  @Test
  void loss_atBetaZero_isTheReconstruction() {
    assertEquals(50, loss(settings("beta-vae", 0, "constant"), 1));
  }

  @Test
  void loss_underKnots_followsTheStep() {
    ObjectiveSettings settings = settings("beta-vae", 4, "0:12,10:12,20:2");
    assertEquals(50 + 120, loss(settings, 10));
    assertEquals(50 + 70, loss(settings, 15));
    assertEquals(50 + 20, loss(settings, 1000));
  }

  @ParameterizedTest
  @ValueSource(doubles = {-1, Double.NaN, Double.POSITIVE_INFINITY})
  void uselessBeta_isRefused(double beta) {
    var e =
        assertThrows(IllegalArgumentException.class, () -> settings("beta-vae", beta, "constant"));
    assertTrue(e.getMessage().contains("beta is " + beta), e.getMessage());
    assertTrue(e.getMessage().contains("Use 1 for a plain VAE"), e.getMessage());
  }

  private static ObjectiveSettings settings(String name, double beta, String schedule) {
    return new ObjectiveSettings(name, beta, schedule, 10, 0.5);
  }

  private static float loss(ObjectiveSettings settings, long step) {
    Objective objective = settings.newObjective();
    float[] controls = new float[objective.controls().size()];
    objective.controlsAt(step, controls);
    return new Formula()
        .with("reconstruction", new float[] {50})
        .with("kl", new float[] {10})
        .with("beta", controls)
        .evaluate(
            (tf, in) ->
                objective
                    .loss(
                        Formula.pass(tf),
                        new Objective.Terms(
                            in.get("kl"),
                            in.get("kl"),
                            in.get("kl"),
                            in.get("reconstruction"),
                            in.get("kl"),
                            List.of(in.get("beta")),
                            List.of(),
                            1000))
                    .total())
        .value()
        .get(0);
  }
}
