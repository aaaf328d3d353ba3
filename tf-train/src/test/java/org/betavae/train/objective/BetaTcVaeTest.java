package org.betavae.train.objective;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.junit.jupiter.api.Test;

class BetaTcVaeTest {
  /** Float32 sums of a few logarithms. */
  private static final double ROUNDING = 2e-5;

  /** Two items with the same posterior, so that q(z) is q(z | x); N = 1000, two latents. */
  private static Losses same() {
    return new Losses(2, 0, 0, 0, 0).z(0.5f, -1, 1, 2).kl(7);
  }

  @Test
  void totalCorrelation_ofEqualPosteriors_isMinusLogTwoWithoutConstants() {
    // log q(z) has log 2 once, the product of two marginals has it twice.
    Losses.Values values = same().of(objective(TcEstimator.ANALYTIC));
    assertEquals(-Math.log(2), values.part("total_correlation"), ROUNDING);
    assertEquals(50 + 7 - 5 * Math.log(2), values.total(), ROUNDING);
  }

  @Test
  void weightedSampling_addsLogOfBatchTimesDataSetForEachFurtherLatent() {
    // -log 2 + log(2 * 1000)
    Losses.Values values = same().of(objective(TcEstimator.MWS_ANALYTIC));
    assertEquals(Math.log(1000), values.part("total_correlation"), ROUNDING);
    assertEquals(Math.log(1000), values.part("mutual_information"), ROUNDING);
    assertEquals(50 + 7 + 5 * Math.log(1000), values.total(), 5 * ROUNDING);
  }

  @Test
  void stratifiedSampling_ofEqualPosteriors_findsNoInformation() {
    Losses.Values values = same().of(objective(TcEstimator.MSS));
    assertEquals(0, values.part("mutual_information"), ROUNDING);
    assertEquals(0, values.part("total_correlation"), ROUNDING);
    assertEquals(0, values.part("dimension_wise_kl"), ROUNDING);
    assertEquals(50, values.total(), 6 * ROUNDING);
  }

  @Test
  void sampledForms_weighTheThreeParts() {
    Losses batch = new Losses(2, 1, -1, 0.5f, 2).logVar(-1, 0, 0.5f, -2).z(1.2f, -2, 0, 1.5f);
    Losses.Values values =
        batch.of(new BetaTcVae(TcEstimator.MWS, 2, new BetaSchedule.Constant(6), 3));
    double expected =
        50
            + 2 * values.part("mutual_information")
            + 6 * values.part("total_correlation")
            + 3 * values.part("dimension_wise_kl");
    assertEquals(expected, values.total(), 10 * ROUNDING);
  }

  @Test
  void parts_addUpToTheSampledKl_howeverWeighted() {
    Losses batch = new Losses(2, 1, -1, 0.5f, 2).logVar(-1, 0, 0.5f, -2).z(1.2f, -2, 0, 1.5f);
    for (TcEstimator estimator : new TcEstimator[] {TcEstimator.MWS, TcEstimator.MSS}) {
      Objective one = new BetaTcVae(estimator, 1, new BetaSchedule.Constant(1), 1);
      // log q(z|x) - log p(z), for both items, with the terms of log 2 pi gone.
      double first = sampledKl(1.2, 1, -1) + sampledKl(-2, -1, 0);
      double second = sampledKl(0, 0.5, 0.5) + sampledKl(1.5, 2, -2);
      assertEquals(50 + (first + second) / 2, batch.of(one).total(), 2 * ROUNDING);
    }
  }

  @Test
  void oneItem_isAcceptedByEveryEstimator() {
    for (TcEstimator estimator : TcEstimator.values()) {
      assertTrue(Double.isFinite(new Losses(2, 1, 2).of(objective(estimator)).total()));
    }
  }

  @Test
  void stratifiedSampling_refusesABatchLargerThanTheDataSet() {
    Losses batch = new Losses(1, 0, 0, 0).datasetSize(2);
    Objective objective = objective(TcEstimator.MSS);
    var e = assertThrows(IllegalArgumentException.class, () -> batch.of(objective));
    assertTrue(e.getMessage().contains("a batch of 3 from 2 items"), e.getMessage());
    assertTrue(e.getMessage().contains("smaller --batch, or --tc-estimator mws"), e.getMessage());
  }

  @Test
  void settings_nameTheEstimator_andWeightsWhereItHasThem() {
    assertEquals(
        Map.of("beta", 4.0, "tc-estimator", "analytic"),
        Losses.settings("beta-tcvae").build().newObjective().settings());
    assertEquals(
        Map.of("beta", 4.0, "tc-estimator", "mss", "alpha", 0.0, "gamma", 1.0),
        Losses.settings("beta-tcvae")
            .set("tc-estimator", "mss")
            .set("alpha", 0)
            .build()
            .newObjective()
            .settings());
  }

  @Test
  void unknownEstimator_isRefusedWithTheKnownOnes() {
    var builder = Losses.settings("beta-tcvae").set("tc-estimator", "mvs");
    var e = assertThrows(IllegalArgumentException.class, builder::build);
    assertTrue(
        e.getMessage()
            .startsWith("tc-estimator is mvs, expected one of analytic, mws-analytic, mws, mss."),
        e.getMessage());
    assertTrue(e.getMessage().contains("Did you mean m"), e.getMessage());
  }

  @Test
  void negativeAlpha_isRefusedWithItsValue() {
    var builder = Losses.settings("beta-tcvae").set("alpha", -1.0);
    var e = assertThrows(IllegalArgumentException.class, builder::build);
    assertTrue(e.getMessage().startsWith("alpha is -1.0, expected a finite number >= 0"));
  }

  private static Objective objective(TcEstimator estimator) {
    return new BetaTcVae(estimator, 1, new BetaSchedule.Constant(6), 1);
  }

  private static double sampledKl(double z, double mean, double logVar) {
    return (z * z - (z - mean) * (z - mean) / Math.exp(logVar) - logVar) / 2;
  }
}
