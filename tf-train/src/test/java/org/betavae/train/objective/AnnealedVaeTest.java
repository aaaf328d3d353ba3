package org.betavae.train.objective;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class AnnealedVaeTest {
  @Test
  void capacity_growsFromZeroAtTheFirstStepAndThenStays() {
    AnnealedVae objective = new AnnealedVae(2, 10, 4);
    assertEquals(0, capacity(objective, 1));
    assertEquals(5, capacity(objective, 3));
    assertEquals(10, capacity(objective, 5));
    assertEquals(10, capacity(objective, 1L << 40));
  }

  @Test
  void loss_isReconstructionPlusGammaTimesTheDistanceFromTheCapacity() {
    AnnealedVae objective = new AnnealedVae(2, 10, 4);
    Losses.Values above = new Losses(1, 0).kl(8).step(3).of(objective);
    assertEquals(50 + 2 * 3, above.total());
    assertEquals(5, above.part("capacity"));
    assertEquals(6, above.part("penalty"));
    assertEquals(50 + 2 * 4, new Losses(1, 0).kl(1).step(3).of(objective).total());
  }

  @Test
  void loss_atCapacityZero_isThatOfBetaVae() {
    Losses batch = new Losses(1, 0).kl(8);
    Objective beta = new BetaVae("beta-vae", new BetaSchedule.Constant(3), false);
    assertEquals(batch.of(beta).total(), batch.of(new AnnealedVae(3, 0, 1)).total());
  }

  @Test
  void defaults_areThePublishedOnes() {
    Objective objective = Losses.settings("annealed-vae").build().newObjective();
    assertEquals(new AnnealedVae(1000, 25, 100_000), objective);
  }

  @Test
  void uselessSettings_areRefusedWithTheirValueAndAdvice() {
    assertRefused("c-max", -1.0, "c-max is -1.0, expected a finite number >= 0. The default is 25");
    assertRefused("gamma", Double.NaN, "gamma is NaN, expected a finite number >= 0. Leave it out");
    assertRefused("iteration-threshold", 0, "iteration-threshold is 0, expected a whole number");
  }

  private static void assertRefused(String setting, Object value, String message) {
    var builder = Losses.settings("annealed-vae").set(setting, value);
    var e = assertThrows(IllegalArgumentException.class, builder::build);
    assertTrue(e.getMessage().startsWith(message), e.getMessage());
  }

  private static float capacity(Objective objective, long step) {
    float[] controls = new float[1];
    objective.controlsAt(step, controls);
    return controls[0];
  }
}
