package org.betavae.train.objective;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.betavae.train.schedule.Knots;
import org.junit.jupiter.api.Test;

class BetaScheduleTest {
  @Test
  void wrongKnots_areNamedWithTheirSetting() {
    var e =
        assertThrows(IllegalArgumentException.class, () -> BetaSchedule.of("5:1,3:2", 1, 1, 0.5));
    assertTrue(
        e.getMessage().startsWith("beta-schedule: Knot 3:2.0 follows step 5"), e::getMessage);
  }

  /** Double arithmetic. */
  private static final double ROUNDING = 1e-12;

  @Test
  void warmUp_risesInAStraightLine_andStays() {
    BetaSchedule schedule = BetaSchedule.of("warm-up", 8, 4, 0.5);
    assertEquals(2, schedule.at(1), ROUNDING);
    assertEquals(6, schedule.at(3), ROUNDING);
    assertEquals(8, schedule.at(4), ROUNDING);
    assertEquals(8, schedule.at(4000), ROUNDING);
  }

  @Test
  void cyclic_isWorkedByHand() {
    // 10 steps a cycle, rising in the first 5: 0, 0.8, 1.6, 2.4, 3.2, then 4.
    BetaSchedule schedule = BetaSchedule.of("cyclic", 4, 10, 0.5);
    assertEquals(0, schedule.at(1), ROUNDING);
    assertEquals(0.8, schedule.at(2), ROUNDING);
    assertEquals(3.2, schedule.at(5), ROUNDING);
    assertEquals(4, schedule.at(6), ROUNDING);
    assertEquals(4, schedule.at(10), ROUNDING);
    assertEquals(0, schedule.at(11), ROUNDING);
  }

  @Test
  void knots_areLinearBetweenAndLevelOutside() {
    Knots knots = Knots.parse("10:1, 20:3");
    assertEquals(1, knots.at(0), ROUNDING);
    assertEquals(1, knots.at(10), ROUNDING);
    assertEquals(1.6, knots.at(13), ROUNDING);
    assertEquals(3, knots.at(20), ROUNDING);
    assertEquals(3, knots.at(21), ROUNDING);
    assertEquals(knots, Knots.parse(knots.toString()));
  }

  @Test
  void knotsOutOfOrder_areRefused() {
    var e = assertThrows(IllegalArgumentException.class, () -> Knots.parse("10:1,5:2"));
    assertTrue(e.getMessage().contains("Knot 5:2.0 follows step 10"), e.getMessage());
    assertTrue(e.getMessage().contains("in order"), e.getMessage());
  }

  @Test
  void negativeKnot_isRefused() {
    var e = assertThrows(IllegalArgumentException.class, () -> Knots.parse("0:-2"));
    assertTrue(e.getMessage().contains("value -2.0"), e.getMessage());
  }

  @Test
  void vae_followsASchedule_upToOne() {
    Objective objective =
        Losses.settings("vae")
            .set("beta-schedule", "warm-up")
            .set("beta-steps", 4)
            .build()
            .newObjective();
    float[] beta = new float[1];
    objective.controlsAt(3, beta);
    assertEquals(0.75, beta[0], ROUNDING);
    objective.controlsAt(9, beta);
    assertEquals(1, beta[0], ROUNDING);
  }

  @Test
  void unknownSchedule_isNamedWithTheKnownOnes() {
    var e = assertThrows(IllegalArgumentException.class, () -> BetaSchedule.of("up", 4, 10, 0.5));
    assertTrue(e.getMessage().contains("beta-schedule is up"), e.getMessage());
    assertTrue(e.getMessage().contains("constant, warm-up, cyclic"), e.getMessage());
  }
}
