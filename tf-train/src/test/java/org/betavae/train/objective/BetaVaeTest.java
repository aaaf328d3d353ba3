package org.betavae.train.objective;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
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
    assertEquals(60, loss(settings("vae", 4, "constant"), 1));
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

  @Test
  void normalisedBeta_isTimesItemSizeOverLatents() {
    // beta = 0.01 * 4096 values / 10 latents = 4.096.
    Losses losses = new Losses(10, new float[10]).kl(10).itemSize(4096);
    Objective objective =
        Losses.settings("beta-vae").beta(0.01).set("normalised-beta", true).build().newObjective();
    assertEquals(50 + 40.96, losses.of(objective).total(), 1e-4);
    assertEquals(Map.of("beta", 0.01, "normalised-beta", true), objective.settings());
  }

  private static ObjectiveSettings settings(String name, double beta, String schedule) {
    return Losses.settings(name)
        .beta(beta)
        .set("beta-schedule", schedule)
        .set("beta-steps", 10)
        .build()
        .objective();
  }

  private static double loss(ObjectiveSettings settings, long step) {
    return new Losses(1, 0).kl(10).step(step).of(settings.newObjective()).total();
  }
}
