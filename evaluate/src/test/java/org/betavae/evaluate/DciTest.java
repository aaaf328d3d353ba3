package org.betavae.evaluate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The trees, and what follows from their importances. */
class DciTest {
  /** The offset that keeps logarithms finite shifts entropies by about 1e-9. */
  private static final double OFFSET = 1e-8;

  private static Matrix matrix(int columns, double... values) {
    return Matrix.of(values, values.length / columns, columns);
  }

  @Test
  void aggregation_byHand() {
    // Code 0 has shares 2/3 and 1/3 of its importance, code 1 all of it for the second factor.
    Dci.Aggregation result = Dci.aggregate(matrix(2, 1, 0.5, 0, 0.5));
    assertEquals(0.081704, result.disentanglementPerCode().get(0), Small.BY_HAND);
    assertEquals(0.75 * 0.081704 + 0.25, result.disentanglement(), Small.BY_HAND);
    assertEquals(0.5, result.completeness(), OFFSET);
  }

  @Test
  void aggregation_isOneForTheIdentity_andZeroForEqualShares() {
    Dci.Aggregation one = Dci.aggregate(matrix(2, 1, 0, 0, 1));
    assertEquals(1, one.disentanglement(), OFFSET);
    assertEquals(1, one.completeness(), OFFSET);
    Dci.Aggregation zero = Dci.aggregate(matrix(2, 0.5, 0.5, 0.5, 0.5));
    assertEquals(0, zero.disentanglement(), OFFSET);
    assertEquals(0, zero.completeness(), OFFSET);
    Dci.Aggregation nothing = Dci.aggregate(matrix(2, 0, 0, 0, 0));
    assertEquals(0, nothing.disentanglement(), OFFSET);
  }

  @Test
  void oneFactorOrOneCode_hasNoEntropyToItsBase() {
    Dci.Aggregation oneFactor = Dci.aggregate(matrix(1, 0.5, 0.5));
    assertEquals(Double.NaN, oneFactor.disentanglement());
    assertEquals(0, oneFactor.completeness(), OFFSET);
    assertEquals(Double.NaN, Dci.aggregate(matrix(2, 1, 1)).completeness());
  }

  @Test
  void tree_splitsWhereTheErrorFallsMost_byHand() {
    Codes codes = Small.codes(Small.column(5, 5, 5, 5), Small.column(4, 2, 3, 1));
    TreeGrower grower = new TreeGrower(new TreeGrower.Presorted(codes), 1);
    grower.grow(new double[] {3, 0, 3, 0}, new Random(0));
    // Squared error falls from 9 to 0, at the threshold 2.5 of the second code.
    assertArrayEquals(new double[] {0, 9}, grower.decreases());
    RegressionTree tree = grower.tree(new double[] {0, -7, 8});
    float[][] below = {{5}, {2.5f}};
    float[][] above = {{5}, {2.6f}};
    assertEquals(-7, tree.predict(below, 0));
    assertEquals(8, tree.predict(above, 0));
  }

  @Test
  void deeperTree_leavesNoError() {
    double[] x = new Random(3).doubles(8).toArray();
    double[] targets = {1, 5, 2, 9, 4, 7, 8, 3};
    TreeGrower.Presorted sorted = new TreeGrower.Presorted(Small.codes(x));
    TreeGrower grower = new TreeGrower(sorted, 6);
    grower.grow(targets, new Random(0));
    double mean = 39 / 8.0;
    double total = 0;
    for (double target : targets) {
      total += (target - mean) * (target - mean);
    }
    assertEquals(total, grower.decreases()[0], Small.ROUNDING * total);
    for (int i = 0; i < 8; i++) {
      for (int j = 0; j < i; j++) {
        assertNotEquals(grower.leaves()[i], grower.leaves()[j]);
      }
    }
  }

  @Test
  void valuesThatAreAlmostEqual_areNotSeparated() {
    Codes codes = Small.codes(Small.column(0, 5e-8, 1e-7, 1));
    TreeGrower grower = new TreeGrower(new TreeGrower.Presorted(codes), 3);
    grower.grow(new double[] {0, 4, 0, 4}, new Random(0));
    // Only the last point is split off: 4² + 4²/3 − 8²/4.
    assertEquals(16 / 3.0, grower.decreases()[0], Small.ROUNDING);
    assertEquals(grower.leaves()[0], grower.leaves()[2]);
    assertNotEquals(grower.leaves()[0], grower.leaves()[3]);
  }

  @Test
  void tiesBetweenCodes_areSpreadEvenly() {
    double[] x = {1, 2, 3, 4};
    Codes twins = Small.codes(x, x);
    TreeGrower grower = new TreeGrower(new TreeGrower.Presorted(twins), 1);
    Random random = new Random(7);
    int first = 0;
    for (int i = 0; i < 1000; i++) {
      grower.grow(new double[] {0, 0, 1, 1}, random);
      first += grower.decreases()[0] > 0 ? 1 : 0;
    }
    // Six standard deviations of 1000 fair coins.
    assertEquals(500, first, 6 * Math.sqrt(250));
  }

  /**
   * Sums in another order are rounded otherwise. The code that this favours is the one that
   * scikit-learn 1.9.1 takes, whatever its seed: {@code DecisionTreeRegressor(max_depth=1,
   * random_state=s).fit(codes, targets).tree_.feature[0]}.
   */
  @Test
  void tiesButForRounding_fallToTheCodeOfScikitLearn() {
    assertEquals(1, favoured(20, 31, 0.001));
    assertEquals(0, favoured(20, 31, 0));
    assertEquals(0, favoured(39, 31, 0.001));
    assertEquals(1, favoured(39, 31, 0));
    assertEquals(0, favoured(54, 47, 0.001));
    assertEquals(1, favoured(54, 47, 0));
    assertEquals(1, favoured(58, 47, 0.001));
    assertEquals(0, favoured(58, 47, 0));
  }

  /** Of a code that separates two classes, with more values or without, and its negative. */
  private static int favoured(int zeros, int ones, double step) {
    int points = zeros + ones;
    double[] code = new double[points];
    double[] targets = new double[points];
    for (int i = 0; i < points; i++) {
      int y = i * 37 % points < ones ? 1 : 0;
      targets[i] = y - (double) ones / points;
      code[i] = y + step * i;
    }
    Codes both = Small.codes(code, Arrays.stream(code).map(z -> -z).toArray());
    TreeGrower grower = new TreeGrower(new TreeGrower.Presorted(both), 1);
    grower.grow(targets, new Random(0));
    int favoured = grower.decreases()[0] > 0 ? 0 : 1;
    for (int seed = 1; seed < 20; seed++) {
      grower.grow(targets, new Random(1000L * seed));
      assertEquals(favoured, grower.decreases()[0] > 0 ? 0 : 1);
    }
    return favoured;
  }

  @Test
  void firstRoundOfTwoClasses_byHand() {
    // Residuals ±1/2 over 1/4 each: a step of 2, a tenth of it in one round.
    Codes codes = Small.codes(Small.column(0, 0, 1, 1));
    Partition classes = Partition.of(new int[] {0, 0, 1, 1});
    BoostedTrees trees =
        BoostedTrees.fit(
            new TreeGrower.Presorted(codes), classes, new Dci(1, 0.1, 3, 0), new Random(0));
    assertArrayEquals(new int[] {0, 0, 1, 1}, trees.trained());
    assertArrayEquals(new double[] {1}, trees.importances());
    float[][] between = {{0.4f, 0.6f}};
    assertArrayEquals(new int[] {0, 1}, trees.predict(between));
  }

  @Test
  void perfectCode_isDisentangledCompleteAndInformative() {
    LabelledCodes perfect = Small.perfect(Small.grid(20, 2));
    Dci.Result result = Dci.PUBLISHED.measure(perfect.part(0, 120), perfect.part(120, 240));
    assertEquals(1, result.aggregation().disentanglement(), 1e-6);
    assertEquals(1, result.aggregation().completeness(), 1e-6);
    assertEquals(1, result.informativenessTrain());
    assertEquals(1, result.informativenessTest());
    assertEquals(0, result.importance().value(2, 0), "a constant code tells nothing");
  }

  @Test
  void constantCodes_haveNoImportance_andGuessTheCommonestValue() {
    LabelledCodes codes =
        new LabelledCodes(
            Small.codes(Small.column(1, 1, 1), Small.column(2, 2, 2)),
            Small.factors(Small.classes(0, 4, 4), Small.classes(1, 1, 0)));
    Dci.Result result = Dci.PUBLISHED.measure(codes, codes);
    assertEquals(2 / 3.0, result.informativenessTest(), Small.ROUNDING);
    assertEquals(0, result.aggregation().disentanglement(), OFFSET);
    assertEquals(0, result.importance().value(0, 0));
  }

  @Test
  void seeds_decideTies_andTheSameSeedRepeats() {
    double[] x = new Random(5).doubles(60).toArray();
    int[] y = new int[60];
    for (int i = 0; i < 60; i++) {
      y[i] = (int) (4 * x[i]);
    }
    LabelledCodes twins = new LabelledCodes(Small.codes(x, x), Small.factors(y, y));
    Dci.Result first = Dci.PUBLISHED.measure(twins, twins);
    assertEquals(first, Dci.PUBLISHED.measure(twins, twins));
    Dci.Result other = Dci.PUBLISHED.withSeed(1).measure(twins, twins);
    assertNotEquals(first.importance(), other.importance());
    assertTrue(other.importance().value(0, 0) > 0.3, other.importance().toString());
  }

  @Test
  void factorWithAValueForEachPoint_isRefused() {
    int points = 5000;
    int[] values = new int[points];
    Arrays.setAll(values, i -> i);
    LabelledCodes codes = new LabelledCodes(Small.codes(new double[points]), Small.factors(values));
    Small.refused(
        () -> Dci.PUBLISHED.measure(codes, codes),
        "factor 0 has 5000 values in 5000 rows, expected at most 4000",
        "Merge values");
    Small.refused(() -> Explicitness.PUBLISHED.measure(codes, codes), "5000 values");
  }

  @Test
  void wrongSettings_areRefused() {
    Small.refused(() -> new Dci(0, 0.1, 3, 0), "rounds is 0");
    Small.refused(() -> new Dci(1, Double.NaN, 3, 0), "learning rate is NaN");
    Small.refused(() -> new Dci(1, 0.1, 7, 0), "depth is 7", "1 to 6");
    LabelledCodes constant =
        new LabelledCodes(Small.codes(Small.column(1, 2)), Small.factors(Small.classes(1, 1)));
    Small.refused(() -> Dci.PUBLISHED.measure(constant, constant), "[0] have one value");
    assertEquals(List.of(0), constant.factors().constant());
  }
}
