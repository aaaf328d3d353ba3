package org.betavae.evaluate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

/** MIG, modularity and continuous SAP. */
class InformationMetricsTest {
  /** A code that is the factor, one that tells it in part, and one that never changes. */
  private static final LabelledCodes BY_HAND =
      new LabelledCodes(
          Small.codes(Small.column(0, 0, 1, 1), Small.column(0, 0, 0, 1), Small.column(2, 2, 2, 2)),
          Small.factors(Small.classes(0, 0, 1, 1)));

  private static final LabelledCodes ONE_CODE =
      new LabelledCodes(Small.codes(Small.column(0, 1)), Small.factors(Small.classes(0, 1)));

  private static final LabelledCodes ONE_VALUE =
      new LabelledCodes(
          Small.codes(Small.column(0, 1), Small.column(1, 0)),
          Small.factors(Small.classes(0, 1), Small.classes(3, 3)));

  @Test
  void mig_byHand() {
    Mig.Result result = Mig.PUBLISHED.measure(BY_HAND);
    assertEquals((0.693147 - 0.215762) / 0.693147, result.score(), Small.BY_HAND);
    assertEquals(0.215762, result.mutualInformation().value(1, 0), Small.BY_HAND);
    assertEquals(0, result.mutualInformation().value(2, 0));
  }

  @Test
  void mig_ofAPerfectCode_isOneLessTheInformationThatFactorsShare() {
    FactorClasses exact = Small.grid(1, 0);
    assertEquals(1, Mig.PUBLISHED.measure(Small.perfect(exact)).score(), Small.ROUNDING);
    double dependent = Mig.PUBLISHED.measure(Small.perfect(Small.grid(50, 0))).score();
    assertEquals(1, dependent, 0.02);
  }

  @Test
  void mig_ofConstantCodes_isZero() {
    LabelledCodes constant =
        new LabelledCodes(
            Small.codes(Small.column(1, 1), Small.column(2, 2)),
            Small.factors(Small.classes(0, 1)));
    assertEquals(0, Mig.PUBLISHED.measure(constant).score());
    assertEquals(0, SapContinuous.PUBLISHED.measure(constant).score());
  }

  @Test
  void gaps_needTwoCodes_andFactorsThatChange() {
    Small.refused(() -> Mig.PUBLISHED.measure(ONE_CODE), "MIG", "found 1 code", "at least 2");
    Small.refused(() -> SapContinuous.PUBLISHED.measure(ONE_CODE), "SAP", "found 1 code");
    Small.refused(() -> Mig.PUBLISHED.measure(ONE_VALUE), "[1] have one value", "all 2 rows");
    Small.refused(() -> SapContinuous.PUBLISHED.measure(ONE_VALUE), "[1] have one value");
    Small.refused(() -> Modularity.PUBLISHED.measure(ONE_VALUE), "[1] have one value");
    Small.refused(() -> new Mig(1), "bins is 1", "at least 2");
    Small.refused(() -> new SapContinuous(Double.NaN), "variance floor is NaN");
  }

  @Test
  void sapContinuous_byHand() {
    SapContinuous.Result result = SapContinuous.PUBLISHED.measure(BY_HAND);
    assertEquals(1, result.scores().value(0, 0), Small.ROUNDING);
    assertEquals(1 / 3.0, result.scores().value(1, 0), Small.ROUNDING);
    assertEquals(0, result.scores().value(2, 0));
    assertEquals(2 / 3.0, result.score(), Small.ROUNDING);
  }

  @Test
  void modularity_byHand() {
    // The first code tells of both factors alike, the second of one, the third of none.
    LabelledCodes codes =
        new LabelledCodes(
            Small.codes(
                Small.column(0, 1, 2, 3), Small.column(0, 0, 1, 1), Small.column(2, 2, 2, 2)),
            Small.factors(Small.classes(0, 0, 1, 1), Small.classes(0, 1, 0, 1)));
    Modularity.Result result = Modularity.PUBLISHED.measure(codes);
    assertEquals(List.of(0.0, 1.0, 0.0), result.perCode());
    assertEquals(1 / 3.0, result.score(), Small.ROUNDING);
  }

  @Test
  void modularity_ofAPerfectCode_isTheShareOfCodesThatLive() {
    LabelledCodes perfect = Small.perfect(Small.grid(1, 0));
    assertEquals(2 / 3.0, Modularity.PUBLISHED.measure(perfect).score(), Small.ROUNDING);
    Small.refused(
        () -> Modularity.PUBLISHED.measure(BY_HAND), "found 1 factor", "expected at least 2");
  }
}
