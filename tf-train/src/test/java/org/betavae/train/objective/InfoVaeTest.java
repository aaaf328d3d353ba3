package org.betavae.train.objective;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class InfoVaeTest {
  /** Float32 sums of a few exponentials. */
  private static final double ROUNDING = 1e-5;

  @Test
  void mmd_ofOnePairAtDistanceTwo_isTwoMinusTwiceTheKernel() {
    Losses.Values values = new Losses(1, 0).drawn(2).kl(8).of(new InfoVae(0.5, 3));
    double mmd = 2 - 2 * Math.exp(-4);
    assertEquals(mmd, values.part("mmd"), ROUNDING);
    assertEquals(50 + 0.5 * 8 + 2.5 * mmd, values.total(), ROUNDING);
    assertEquals(-2 * Math.exp(-4), values.part("mmd_unbiased"), ROUNDING);
  }

  @Test
  void kernel_dividesTheSquaredDistanceByTheLatents() {
    Losses.Values values = new Losses(4, 0, 0, 0, 0).drawn(2, 2, 2, 2).of(new InfoVae(0, 1));
    assertEquals(2 - 2 * Math.exp(-4), values.part("mmd"), ROUNDING);
  }

  @Test
  void mmd_ofTheSameSamples_isZero() {
    Losses batch = new Losses(2, 1, 2, -1, 0.5f, 3, 3).drawn(3, 3, 1, 2, -1, 0.5f);
    assertEquals(0, batch.of(new InfoVae(0, 10)).part("mmd"), ROUNDING);
  }

  @Test
  void loss_atAlphaZeroAndLambdaOne_isTheNegativeElbo() {
    assertEquals(58, new Losses(1, 0).drawn(2).kl(8).of(new InfoVae(0, 1)).total(), ROUNDING);
  }

  @Test
  void loss_atAlphaOneAndLambdaOne_hasMmdInPlaceOfKl() {
    Losses.Values values = new Losses(1, 0).drawn(2).kl(8).of(new InfoVae(1, 1));
    assertEquals(50 + values.part("mmd"), values.total(), ROUNDING);
  }

  @Test
  void negativeWeightOfMmd_isRefusedWithTheSmallestLambda() {
    var builder = Losses.settings("info-vae").set("alpha", -2.5).set("lambda", 3.0);
    var e = assertThrows(IllegalArgumentException.class, builder::build);
    assertTrue(
        e.getMessage().startsWith("lambda is 3.0, expected at least 3.5, which is 1 - alpha."),
        e.getMessage());
    var notFinite = Losses.settings("info-vae").set("alpha", Double.POSITIVE_INFINITY);
    var f = assertThrows(IllegalArgumentException.class, notFinite::build);
    assertTrue(f.getMessage().startsWith("alpha is Infinity, expected a finite number"));
  }

  @Test
  void unknownObjective_isRefusedWithTheNearestName() {
    var builder = Losses.settings("InfoVAE");
    var e = assertThrows(IllegalArgumentException.class, builder::build);
    assertTrue(e.getMessage().contains("expected one of beta-vae, vae"), e.getMessage());
    assertTrue(e.getMessage().endsWith("Did you mean info-vae?"), e.getMessage());
  }
}
