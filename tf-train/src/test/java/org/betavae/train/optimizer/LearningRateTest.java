package org.betavae.train.optimizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import org.betavae.train.schedule.Knots;
import org.junit.jupiter.api.Test;

class LearningRateTest {
  /** Keras works schedules out in float32. */
  private static final double KERAS = 1e-6;

  private static final double EXACT = 1e-15;

  @Test
  void cosineAndExponential_areThoseOfKeras() {
    for (JsonNode c : Golden.read().get("schedules")) {
      double base = c.get("rate").asDouble();
      LearningRate schedule =
          c.get("schedule").asText().equals("cosine")
              ? new LearningRate.Cosine(
                  base, c.get("final-rate-fraction").asDouble(), c.get("total").asLong())
              : new LearningRate.Exponential(
                  base, c.get("decay-rate").asDouble(), c.get("decay-steps").asLong(), 0);
      for (int i = 0; i < c.get("rates").size(); i++) {
        assertEquals(c.get("rates").get(i).asDouble(), schedule.rate(i + 1), KERAS * base);
      }
    }
  }

  @Test
  void plateau_isThatOfPyTorch() {
    JsonNode c = Golden.read().get("plateau");
    Plateau plateau =
        new Plateau(
            c.get("rate").asDouble(),
            c.get("plateau-factor").asDouble(),
            c.get("plateau-patience").asInt(),
            c.get("final-rate-fraction").asDouble());
    for (int i = 0; i < c.get("losses").size(); i++) {
      plateau.observe(c.get("losses").get(i).asDouble());
      assertEquals(c.get("rates").get(i).asDouble(), plateau.rate(i), EXACT, "after loss " + i);
    }
  }

  @Test
  void constant_staysTheSame() {
    LearningRate constant = new LearningRate.Constant(1e-4);
    assertEquals(1e-4, constant.rate(1));
    assertEquals(1e-4, constant.rate(Long.MAX_VALUE));
  }

  @Test
  void cosine_isWholeAtFirst_halfInTheMiddle_andEndsAtItsFraction() {
    LearningRate cosine = new LearningRate.Cosine(2, 0, 100);
    assertEquals(2, cosine.rate(1));
    assertEquals(1, cosine.rate(51), EXACT);
    assertEquals(0, cosine.rate(101), EXACT);
    assertEquals(0, cosine.rate(1000), EXACT);
    assertEquals(0.5, new LearningRate.Cosine(2, 0.25, 100).rate(101), EXACT);
  }

  @Test
  void exponential_halvesAgainAndAgain_downToItsFraction() {
    LearningRate halving = new LearningRate.Exponential(8, 0.5, 10, 0.1);
    assertEquals(8, halving.rate(1));
    assertEquals(4, halving.rate(11));
    assertEquals(8 * StrictMath.sqrt(0.5), halving.rate(6), EXACT);
    assertEquals(0.8, halving.rate(100), EXACT);
  }

  @Test
  void knots_areJoinedByStraightLines() {
    LearningRate knots = new LearningRate.AtKnots(Knots.parse("10:1,20:3"));
    assertEquals(1, knots.rate(1));
    assertEquals(2, knots.rate(15));
    assertEquals(3, knots.rate(1000));
  }

  @Test
  void warmUp_risesFromAPartOfTheRate_andLeavesTheOtherScheduleInItsPlace() {
    LearningRate cosine = new LearningRate.Cosine(2, 0, 100);
    LearningRate warm = new LearningRate.WarmUp(cosine, 4);
    assertEquals(0.5, warm.rate(1));
    assertEquals(0.75 * cosine.rate(3), warm.rate(3));
    assertEquals(cosine.rate(4), warm.rate(4));
    assertEquals(cosine.rate(51), warm.rate(51));
  }

  @Test
  void plateau_passesOverLossesThatAreNoNumbers_andOverTinyGains() {
    Plateau plateau = new Plateau(1, 0.5, 1, 0);
    plateau.observe(Double.NaN);
    plateau.observe(10);
    plateau.observe(9.9995);
    assertEquals(1, plateau.rate(1));
    plateau.observe(Double.NaN);
    assertEquals(0.5, plateau.rate(1));
  }

  @Test
  void plateau_ofNegativeLosses_asksForALowerOne() {
    Plateau plateau = new Plateau(1, 0.5, 0, 0);
    plateau.observe(-100);
    plateau.observe(-100.5);
    assertEquals(1, plateau.rate(1));
    plateau.observe(-100.5);
    assertEquals(0.5, plateau.rate(1));
  }

  @Test
  void plateauPutBackHalfWay_decidesAsAnUnbrokenOne() {
    double[] losses = {5.123456789, 5.1, 5.0999, 5.2, 5.3, 4.9, 4.90001, 5, 5, 4.8, 5, 5};
    for (int cut = 0; cut <= losses.length; cut++) {
      LearningRate unbroken = warmPlateau();
      LearningRate first = warmPlateau();
      LearningRate second = null;
      for (int i = 0; i < losses.length; i++) {
        if (i == cut) {
          second = warmPlateau();
          second.restore(first.state());
        }
        unbroken.observe(losses[i]);
        (second == null ? first : second).observe(losses[i]);
        LearningRate now = second == null ? first : second;
        assertEquals(unbroken.rate(i + 1), now.rate(i + 1), "cut " + cut + ", loss " + i);
        assertArrayEquals(unbroken.state(), now.state());
      }
      assertTrue(unbroken.rate(100) < 1);
    }
  }

  @Test
  void state_isFinite_fromTheBeginning() {
    for (float value : warmPlateau().state()) {
      assertTrue(Float.isFinite(value));
    }
    assertEquals(0, new LearningRate.Constant(1).state().length);
  }

  @Test
  void stateOfAnotherSchedule_isRefused() {
    var one =
        assertThrows(
            IllegalArgumentException.class, () -> warmPlateau().restore(new float[] {1, 2}));
    assertTrue(one.getMessage().contains("has 2 values, expected 3"), one.getMessage());
    var other =
        assertThrows(
            IllegalArgumentException.class,
            () -> new LearningRate.Constant(1).restore(new float[3]));
    assertTrue(other.getMessage().contains("has 3 values, expected 0"), other.getMessage());
  }

  private static LearningRate warmPlateau() {
    return new LearningRate.WarmUp(new Plateau(1, 0.5, 1, 0.1), 3);
  }
}
