package org.betavae.evaluate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** The linear machines, and the accuracies that SAP compares. */
class SapDiscreteTest {
  @Test
  void machine_onOnePoint_byHand() {
    // min b²/2 + C (1 − b)² at b = 2C / (1 + 2C), and half of it where x = 1 shares it with a.
    boolean[] positive = {true};
    LinearSvm atZero = LinearSvm.fit(new double[] {0}, positive, 1, 1, 0.5);
    assertEquals(0, atZero.a(), Small.ROUNDING);
    assertEquals(0.5, atZero.b(), Small.ROUNDING);
    LinearSvm atOne = LinearSvm.fit(new double[] {1}, positive, 1, 1, 0.5);
    assertEquals(1 / 3.0, atOne.a(), Small.ROUNDING);
    assertEquals(1 / 3.0, atOne.b(), Small.ROUNDING);
  }

  @Test
  void machine_ofWeight2_isThatOfThePointTwice() {
    double[] once = {0.3, -1, 2};
    boolean[] positive = {true, false, false};
    LinearSvm weighted = LinearSvm.fit(once, positive, 2, 1, 0.7);
    LinearSvm repeated =
        LinearSvm.fit(
            new double[] {0.3, 0.3, -1, 2}, new boolean[] {true, true, false, false}, 1, 1, 0.7);
    assertEquals(repeated.a(), weighted.a(), Small.ROUNDING);
    assertEquals(repeated.b(), weighted.b(), Small.ROUNDING);
  }

  @Test
  void perfectCode_isAheadOfAConstantOne_byWhatChanceLeaves() {
    // Of the constant code both classes' decisions are level, so the lower one is taken: 1/2.
    LabelledCodes codes =
        new LabelledCodes(
            Small.codes(Small.column(-1, -1, 1, 1), Small.column(0, 0, 0, 0)),
            Small.factors(Small.classes(3, 3, 8, 8)));
    SapDiscrete.Result result = SapDiscrete.PUBLISHED.measure(codes, codes);
    assertEquals(1, result.scores().value(0, 0));
    assertEquals(0.5, result.scores().value(1, 0));
    assertEquals(0.5, result.score());
  }

  @Test
  void valuesThatOnlyTestRowsHave_countAsWrong() {
    Codes z = Small.codes(Small.column(-1, 1), Small.column(0, 0));
    SapDiscrete.Result result =
        SapDiscrete.PUBLISHED.measure(
            new LabelledCodes(z, Small.factors(Small.classes(0, 1))),
            new LabelledCodes(z, Small.factors(Small.classes(0, 2))));
    assertEquals(0.5, result.scores().value(0, 0));
  }

  @Test
  void partsThatDiffer_andWrongSettings_areRefused() {
    LabelledCodes two = Small.perfect(Small.grid(1, 0));
    LabelledCodes one =
        new LabelledCodes(Small.codes(Small.column(0, 1)), Small.factors(Small.classes(0, 1)));
    Small.refused(
        () -> SapDiscrete.PUBLISHED.measure(two, one),
        "training rows have 3 codes and 2 factors, test rows 1 and 1");
    Small.refused(() -> SapDiscrete.PUBLISHED.measure(one, one), "found 1 code");
    Small.refused(() -> new SapDiscrete(0), "C is 0.0", "> 0");
  }
}
