package org.betavae.evaluate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** The regression's optimum, the ROC area, and explicitness. */
class ExplicitnessTest {
  /** Of the conditions of an optimum, a gradient by the number of points. */
  private static final double OPTIMUM = 1e-9;

  @Test
  void rocArea_byHand() {
    boolean[] positive = {false, false, true, true};
    assertEquals(0.75, RocArea.of(new double[] {0.1, 0.4, 0.35, 0.8}, positive));
    assertEquals(0.5, RocArea.of(new double[] {1, 1, 1, 1}, positive));
    assertEquals(0.875, RocArea.of(new double[] {0, 1, 1, 2}, positive));
  }

  @Test
  void twoClasses_areOneLogisticVector() {
    // Two points at 1 and −1: w = 2 (1 − p) at the optimum, where p = 1 / (1 + exp(−w)).
    SoftmaxRegression.Rows rows = new SoftmaxRegression.Rows(new double[] {1, -1}, 2);
    double[] p = SoftmaxRegression.fit(rows, new int[] {1, 0}, 2, 1).probabilities(rows);
    double w = Math.log(p[1] / p[0]);
    assertEquals(2 * (1 - p[1]), w, OPTIMUM);
    assertEquals(p[1], p[2], OPTIMUM);
  }

  @Test
  void atTheOptimum_everyClassIsAsFrequentAsItsPoints() {
    Random random = new Random(4);
    int points = 60;
    double[] x = random.doubles(3L * points, -2, 2).toArray();
    int[] y = new int[points];
    int[] counts = new int[4];
    for (int i = 0; i < points; i++) {
      y[i] = Math.min(3, (int) (2 + x[3 * i] + random.nextGaussian() / 2) & 3);
      counts[y[i]]++;
    }
    SoftmaxRegression.Rows rows = new SoftmaxRegression.Rows(x, points);
    double[] p = SoftmaxRegression.fit(rows, y, 4, 1).probabilities(rows);
    for (int k = 0; k < 4; k++) {
      double sum = 0;
      for (int i = 0; i < points; i++) {
        sum += p[4 * i + k];
      }
      assertEquals(counts[k], sum, OPTIMUM * points);
    }
  }

  @Test
  void perfectCode_tellsEveryFactor() {
    LabelledCodes all = Small.perfect(Small.grid(20, 1));
    LabelledCodes codes = new LabelledCodes(withoutLast(all.codes()), all.factors());
    Explicitness.Result result =
        Explicitness.PUBLISHED.measure(codes.part(0, 120), codes.part(120, 240));
    assertTrue(result.train() > 0.9, result.toString());
    assertTrue(result.test() > 0.9, result.toString());
  }

  private static Codes withoutLast(Codes codes) {
    float[] values = new float[codes.points() * (codes.size() - 1)];
    for (int i = 0; i < values.length; i++) {
      values[i] = codes.value(i / (codes.size() - 1), i % (codes.size() - 1));
    }
    return Codes.of(values, codes.points(), codes.size() - 1);
  }

  @Test
  void constantCode_leavesItUndefined() {
    LabelledCodes codes = Small.perfect(Small.grid(2, 1));
    Explicitness.Result result = Explicitness.PUBLISHED.measure(codes, codes);
    assertEquals(Double.NaN, result.train());
    assertEquals(Double.NaN, result.testPerFactor().get(1));
  }

  @Test
  void testRowsThatLackAValue_areRefused() {
    Codes z = Small.codes(Small.column(0, 1, 2));
    LabelledCodes train = new LabelledCodes(z, Small.factors(Small.classes(0, 1, 2)));
    LabelledCodes test = new LabelledCodes(z, Small.factors(Small.classes(0, 1, 1)));
    Small.refused(
        () -> Explicitness.PUBLISHED.measure(train, test),
        "only training rows have the values [2] of factor 0",
        "Draw more rows");
    int[] many = {0, 1, 2, 3, 4, 5, 6, 7};
    Codes eight = Small.codes(new double[8]);
    Small.refused(
        () ->
            Explicitness.PUBLISHED.measure(
                new LabelledCodes(eight, Small.factors(Small.classes(0, 1, 0, 1, 0, 1, 0, 1))),
                new LabelledCodes(eight, Small.factors(many))),
        "only test rows have the values [2, 3, 4, 5, 6] and 1 more of factor 0");
    Small.refused(() -> new Explicitness(-1), "C is -1.0");
  }
}
