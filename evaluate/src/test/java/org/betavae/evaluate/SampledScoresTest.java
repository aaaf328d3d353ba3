package org.betavae.evaluate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The rows that are drawn, and the scores of FactorVAE and BetaVAE. */
class SampledScoresTest {
  /** Every combination of 4 and 3 values once. */
  private static final FactorClasses GRID = Small.grid(1, 0);

  private static final FactorVaeScore VOTES = new FactorVaeScore(16, 200, 100, 200, 0.05);
  private static final BetaVaeScore PAIRS = new BetaVaeScore(16, 200, 100, 1);

  @Test
  void rows_areDrawnByTheValueOfOneFactor() {
    FactorRows rows = FactorRows.of(GRID);
    assertTrue(rows.grid());
    Random random = new Random(2);
    int[] seen = new int[GRID.points()];
    for (int i = 0; i < 1000; i++) {
      int row = rows.like(5, 0, random);
      assertEquals(GRID.value(5, 0), GRID.value(row, 0));
      seen[row]++;
    }
    assertEquals(3, Arrays.stream(seen).filter(n -> n > 250).count());
  }

  @Test
  void tablesThatAreNoGrid_needRowsEnoughForABatch() {
    FactorClasses twice = Small.grid(50, 3);
    FactorRows rows = FactorRows.of(twice);
    assertFalse(rows.grid());
    RowCodes codes = Small.perfect(twice).codes()::select;
    assertEquals(1, VOTES.measure(rows, codes, 0).evaluationAccuracy());
    FactorRows few = FactorRows.of(Small.grid(2, 3));
    Small.refused(
        () -> VOTES.measure(few, codes, 0),
        "of factor 0 has too few rows",
        "no full grid",
        "at least 16");
    Small.refused(() -> PAIRS.measure(few, codes, 0), "no full grid", "at least 16");
    Small.refused(
        () -> FactorRows.of(Small.factors(Small.classes(0, 1))), "found 1 factor", "at least 2");
  }

  @Test
  void perfectCode_isToldEveryTime_andTheConstantCodeTakesNoPart() {
    LabelledCodes perfect = Small.perfect(GRID);
    FactorRows rows = FactorRows.of(GRID);
    FactorVaeScore.Result votes =
        VOTES.withPruneThreshold(0).measure(rows, perfect.codes()::select, 1);
    assertEquals(1, votes.trainAccuracy());
    assertEquals(1, votes.evaluationAccuracy());
    assertEquals(List.of(true, true, false), votes.active());
    assertEquals(0, votes.trainVotes().value(0, 2));
    BetaVaeScore.Result pairs = PAIRS.measure(rows, perfect.codes()::select, 1);
    assertEquals(1, pairs.evaluationAccuracy());
  }

  @Test
  void constantCodes_haveNoVote_andTellNothing() {
    Codes constant = Small.codes(new double[12]);
    FactorRows rows = FactorRows.of(GRID);
    FactorVaeScore.Result votes = VOTES.measure(rows, constant::select, 1);
    assertEquals(0, votes.evaluationAccuracy());
    assertEquals(List.of(false), votes.active());
    // What is left is the commoner factor, about one half.
    assertEquals(0.5, PAIRS.measure(rows, constant::select, 1).evaluationAccuracy(), 0.15);
  }

  @Test
  void votes_byHand() {
    // Two codes of variance 2 and 8 over all data. Vote 0 holds factor 1 and has variances 0.5 and
    // 0.5: the second code moves less for its size. Vote 1 holds factor 0; vote 2 fits vote 1.
    Codes codes = Small.codes(Small.column(0, 2, 0, 1), Small.column(0, 4, 4, 5));
    FactorVaeDraws draws =
        FactorVaeDraws.of(new int[] {0, 1}, new int[] {1, 0, 0}, new int[] {2, 3, 0, 2, 2, 0});
    FactorVaeScore.Result result =
        new FactorVaeScore(2, 2, 1, 2, 0).replay(draws, codes::select, 2);
    assertEquals(List.of(2.0, 8.0), result.globalVariances());
    assertArrayEquals(new double[] {1, 0, 0, 1}, result.trainVotes().toArray());
    assertEquals(1, result.trainAccuracy());
    assertArrayEquals(new double[] {1, 0, 0, 0}, result.evaluationVotes().toArray());
    assertEquals(1, result.evaluationAccuracy());
  }

  @Test
  void features_byHand() {
    Codes codes = Small.codes(Small.column(0, 1, 5), Small.column(2, 2, 1));
    BetaVaeDraws draws = BetaVaeDraws.of(new int[] {0}, new int[] {0, 1}, new int[] {2, 0});
    assertArrayEquals(new double[] {3, 0.5}, BetaVaeScore.features(draws, codes::select, 0));
  }

  @Test
  void seeds_repeat() {
    FactorRows rows = FactorRows.of(GRID);
    Random random = new Random(9);
    Codes noise = Small.codes(random.doubles(12).toArray(), random.doubles(12).toArray());
    FactorVaeScore.Result first = VOTES.measure(rows, noise::select, 1);
    assertEquals(first, VOTES.measure(rows, noise::select, 1));
    assertNotEquals(first.trainVotes(), VOTES.measure(rows, noise::select, 2).trainVotes());
  }

  @Test
  void wrongSettingsAndDraws_areRefused() {
    Small.refused(() -> new FactorVaeScore(1, 1, 1, 2, 0), "batch size is 1");
    Small.refused(() -> new FactorVaeScore(2, 1, 1, 2, Double.NaN), "prune threshold is NaN");
    Small.refused(() -> new BetaVaeScore(1, 0, 1, 1), "training points is 0");
    Small.refused(
        () -> FactorVaeDraws.of(new int[2], new int[2], new int[3]), "3 rows for 2 votes");
    Small.refused(
        () -> BetaVaeDraws.of(new int[1], new int[2], new int[3]), "2 first rows and 3 second");
    BetaVaeDraws one = BetaVaeDraws.of(new int[3], new int[3], new int[3]);
    Codes codes = Small.codes(Small.column(1));
    Small.refused(() -> new BetaVaeScore(1, 2, 1, 1).replay(one, codes::select), "hold factor 0");
    Small.refused(() -> new BetaVaeScore(1, 3, 1, 1).replay(one, codes::select), "points is 3");
  }
}
