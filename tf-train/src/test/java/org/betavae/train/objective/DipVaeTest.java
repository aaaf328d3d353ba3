package org.betavae.train.objective;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class DipVaeTest {
  /** Means (1, 0) and (-1, 2): covariance [[1, -1], [-1, 1]]. */
  private static final float[] OPPOSED = {1, 0, -1, 2};

  @Test
  void regulariser_ofTheFirstKind_isOfTheMeansAlone() {
    Losses.Values values = new Losses(2, OPPOSED).kl(7).of(new DipVae(DipVae.Kind.I, 3, 2));
    assertEquals(3 * 2, values.part("regulariser"));
    assertEquals(50 + 7 + 6, values.total());
  }

  @Test
  void regulariser_ofTheSecondKind_addsTheMeanVariances() {
    // The variances of 1 make the diagonal 2: 3 * 2 off it, 6 * 2 on it.
    Losses.Values values = new Losses(2, OPPOSED).kl(7).of(new DipVae(DipVae.Kind.II, 3, 2));
    assertEquals(6 + 12, values.part("regulariser"), 1e-5);
  }

  @Test
  void regulariser_ofUncorrelatedUnitMeans_isZero() {
    Losses batch = new Losses(2, 1, 1, 1, -1, -1, 1, -1, -1);
    assertEquals(0, batch.of(new DipVae(DipVae.Kind.I, 10, 10)).part("regulariser"));
  }

  @Test
  void regulariser_ofASingleItem_isOfACovarianceOfZero() {
    assertEquals(20, new Losses(2, 5, 6).of(new DipVae(DipVae.Kind.I, 1, 10)).part("regulariser"));
  }

  @Test
  void defaults_areDisentanglementLibs() {
    assertEquals(
        new DipVae(DipVae.Kind.I, 10, 10), Losses.settings("dip-vae-i").build().newObjective());
    assertEquals(
        new DipVae(DipVae.Kind.II, 10, 1), Losses.settings("dip-vae-ii").build().newObjective());
    Objective given =
        Losses.settings("dip-vae-ii").set("lambda-d-factor", 0.5).build().newObjective();
    assertEquals(new DipVae(DipVae.Kind.II, 10, 0.5), given);
  }

  @Test
  void uselessWeight_isRefusedWithItsValueAndAdvice() {
    var builder = Losses.settings("dip-vae-i").set("lambda-od", -2.0);
    var e = assertThrows(IllegalArgumentException.class, builder::build);
    assertEquals(
        "lambda-od is -2.0, expected a finite number >= 0. The default is 10.", e.getMessage());
    var factor = Losses.settings("dip-vae-i").set("lambda-d-factor", Double.NaN);
    var f = assertThrows(IllegalArgumentException.class, factor::build);
    assertTrue(f.getMessage().startsWith("lambda-d-factor is NaN"), f.getMessage());
  }
}
