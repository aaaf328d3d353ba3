package org.betavae.evaluate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class UnsupervisedTest {
  @Test
  void scores_byHand() {
    // Variances 1/3 and 1/4, covariance 1/6, so the squared correlation is 1/3.
    Unsupervised.Result result =
        Unsupervised.PUBLISHED.measure(
            Small.codes(Small.column(0, 0, 1, 1), Small.column(0, 0, 0, 1)));
    assertEquals(-Math.log(2 / 3.0) / 2, result.gaussianTotalCorrelation(), Small.ROUNDING);
    assertEquals(0.053663, result.wassersteinCorrelation(), Small.BY_HAND);
    assertEquals(0.053663 * 12 / 7, result.wassersteinCorrelationNorm(), 2 * Small.BY_HAND);
    assertEquals(0.215762, result.mutualInformationScore(), Small.BY_HAND);
  }

  @Test
  void independentCodes_scoreZero() {
    Codes codes = Small.codes(Small.column(0, 0, 1, 1), Small.column(0, 1, 0, 1));
    Unsupervised.Result result = Unsupervised.PUBLISHED.measure(codes);
    assertEquals(0, result.gaussianTotalCorrelation(), Small.ROUNDING);
    assertEquals(0, result.wassersteinCorrelation(), Small.ROUNDING);
    assertEquals(0, result.mutualInformationScore());
  }

  @Test
  void constantCode_leavesTotalCorrelationUndefined() {
    Unsupervised.Result result =
        Unsupervised.PUBLISHED.measure(
            Small.codes(Small.column(0, 0, 1, 1), Small.column(2, 2, 2, 2)));
    assertEquals(Double.NaN, result.gaussianTotalCorrelation());
    assertEquals(0, result.wassersteinCorrelation(), Small.ROUNDING);
    assertEquals(0, result.mutualInformationScore());
  }

  @Test
  void codeTwice_hasInfiniteTotalCorrelation() {
    double[] code = {0, 0, 1, 3};
    Unsupervised.Result result = Unsupervised.PUBLISHED.measure(Small.codes(code, code));
    assertEquals(Double.POSITIVE_INFINITY, result.gaussianTotalCorrelation());
  }

  @Test
  void oneCode_hasNoOther() {
    Unsupervised.Result result = Unsupervised.PUBLISHED.measure(Small.codes(Small.column(0, 1, 5)));
    assertEquals(0, result.gaussianTotalCorrelation());
    assertEquals(0, result.wassersteinCorrelation(), Small.ROUNDING);
    assertEquals(Double.NaN, result.mutualInformationScore());
  }

  @Test
  void onePoint_andWrongSettings_areRefused() {
    Small.refused(
        () -> Unsupervised.PUBLISHED.measure(Small.codes(Small.column(1))), "points is 1");
    Small.refused(() -> new Unsupervised(0), "bins is 0");
  }
}
