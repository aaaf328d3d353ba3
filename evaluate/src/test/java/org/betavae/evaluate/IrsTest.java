package org.betavae.evaluate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class IrsTest {
  @Test
  void irs_byHand() {
    // The mean is 5.5, the largest distance 5.5; within a group all are 0.5 from its mean.
    LabelledCodes codes =
        new LabelledCodes(
            Small.codes(Small.column(0, 1, 10, 11), Small.column(3, 3, 3, 3)),
            Small.factors(Small.classes(0, 0, 1, 1), Small.classes(0, 1, 0, 1)));
    Irs.Result result = Irs.PUBLISHED.measure(codes);
    assertEquals(List.of(0), result.keptCodes());
    assertEquals(List.of(0), result.parents());
    assertEquals(1 - 0.5 / 5.5, result.score(), Small.ROUNDING);
    assertEquals(1 - 5 / 5.5, result.matrix().value(0, 1), Small.ROUNDING);
  }

  @Test
  void quantile_liesBetweenOrderStatistics() {
    // Distances 1 and 3 twice: the 99 % quantile of 1, 1, 1, 3 is 1 + 2 · 0.97, of mean 1.
    LabelledCodes codes =
        new LabelledCodes(
            Small.codes(Small.column(0, 0, 0, 4)), Small.factors(Small.classes(0, 0, 0, 0)));
    assertEquals(1 - (1 + 2 * 0.97) / 3, Irs.PUBLISHED.measure(codes).score(), Small.ROUNDING);
  }

  @Test
  void perfectCode_isRobust() {
    Irs.Result result = Irs.PUBLISHED.measure(Small.perfect(Small.grid(5, 3)));
    assertEquals(1, result.score(), Small.ROUNDING);
    assertEquals(List.of(0, 1), result.parents());
  }

  @Test
  void constantCodes_scoreZero() {
    LabelledCodes codes =
        new LabelledCodes(Small.codes(Small.column(1, 1)), Small.factors(Small.classes(0, 1)));
    Irs.Result result = Irs.PUBLISHED.measure(codes);
    assertEquals(0, result.score());
    assertEquals(List.of(), result.keptCodes());
  }

  @Test
  void wrongSettings_areRefused() {
    Small.refused(() -> new Irs(Double.NaN, 20), "quantile is NaN");
    Small.refused(() -> new Irs(1.5, 20), "quantile is 1.5", "at most 1");
    Small.refused(() -> new Irs(0.99, 1), "factor bins is 1");
  }
}
