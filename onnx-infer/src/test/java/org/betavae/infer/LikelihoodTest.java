package org.betavae.infer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.OptionalDouble;
import org.betavae.infer.WidthLikelihood.Kind;
import org.junit.jupiter.api.Test;

/** Values worked out by hand, sums to 1, and extremes of each likelihood. */
class LikelihoodTest {
  private static final double EXACT = 1e-12;

  @Test
  void bernoulli_byHand() {
    ItemLikelihood logits = BernoulliLikelihood::fromLogits;
    assertEquals(Math.log(2), value(logits, 1, 0), EXACT);
    assertEquals(Math.log(1 + Math.exp(-3)), value(logits, 1, 3), EXACT);
    assertEquals(3 + Math.log(1 + Math.exp(-3)), value(logits, 0, 3), EXACT);
    assertEquals(500, value(logits, 0, 500), EXACT);
    assertEquals(0, value(logits, 1, 500), EXACT);
    ItemLikelihood means = BernoulliLikelihood::fromMeans;
    assertEquals(
        -0.25 * Math.log(0.125) - 0.75 * Math.log(0.875), value(means, 0.25f, 0.125f), EXACT);
    assertTrue(Double.isFinite(value(means, 1, 0)));
    assertEquals(0, value(means, 0, 0), EXACT);
  }

  @Test
  void bernoulli_sumsOverAllValuesOfItsItemOnly() {
    int size = 1300;
    float[] x = new float[3 * size];
    float[] logits = new float[3 * size];
    double expected = 0;
    for (int i = 0; i < x.length; i++) {
      x[i] = i % 5 / 4f;
      logits[i] = i % 7 - 3.5f;
      if (i >= size && i < 2 * size) {
        expected += Math.log1p(Math.exp(logits[i])) - x[i] * logits[i];
      }
    }
    float[][] outputs = {logits};
    assertEquals(
        expected, BernoulliLikelihood.fromLogits(x, size, outputs, size, size), 1e-10 * expected);
  }

  @Test
  void gaussianAndLaplace_byHand() {
    double normaliser = Math.log(0.5) + 0.5 * Math.log(2 * Math.PI);
    assertEquals(2 + normaliser, value(common(Kind.GAUSSIAN, 0.5), 2, 1), EXACT);
    assertEquals(2 + Math.log(1), value(common(Kind.LAPLACE, 0.5), 2, 1), EXACT);
    float logHalf = (float) Math.log(0.5);
    assertEquals(2 + normaliser, value(own(Kind.GAUSSIAN), 2, 1, logHalf), 1e-6);
    assertEquals(2, value(own(Kind.LAPLACE), 2, 1, logHalf), 1e-6);
  }

  @Test
  void discretisedLogistic_byHand_andOfAllLevels_isOne() {
    ItemLikelihood wide = common(Kind.DISCRETISED_LOGISTIC, 0.1);
    double high = logistic((100.5 / 255 - 0.25) / 0.1);
    double low = logistic((99.5 / 255 - 0.25) / 0.1);
    assertEquals(-Math.log(high - low), value(wide, 100 / 255f, 0.25f), 1e-9);
    float logTenth = (float) Math.log(0.1);
    assertEquals(
        -Math.log(high - low),
        value(own(Kind.DISCRETISED_LOGISTIC), 100 / 255f, 0.25f, logTenth),
        1e-6);
    for (double scale : new double[] {1e-3, 0.1, 3}) {
      ItemLikelihood likelihood = common(Kind.DISCRETISED_LOGISTIC, scale);
      double sum = 0;
      for (int k = 0; k <= 255; k++) {
        sum += Math.exp(-value(likelihood, k / 255f, 0.3f));
      }
      assertEquals(1, sum, 1e-9, "scale " + scale);
    }
    // Far out in the tail, where the difference of the two sigmoids would be 0.
    double far = value(common(Kind.DISCRETISED_LOGISTIC, 1e-3), 1 / 255f, 0.9f);
    assertEquals(0.9 * 1e3 - 1.5 / 255 * 1e3, far, 0.1);
  }

  @Test
  void betaBinomial_byHand_andOfAllLevels_isOne() {
    ItemLikelihood likelihood = new BetaBinomialLikelihood(255);
    assertEquals(Math.log(256), value(likelihood, 0.5f, 0, 0), 1e-10); // α = β = 1 is uniform
    for (float[] logs : new float[][] {{-2, 3}, {15, 15}, {-15, -15}, {0.5f, 5}}) {
      double sum = 0;
      for (int k = 0; k <= 255; k++) {
        sum += Math.exp(-value(likelihood, k / 255f, logs[0], logs[1]));
      }
      assertEquals(1, sum, 1e-6, "log alpha " + logs[0]);
    }
  }

  @Test
  void logGamma_ofKnownValues_andItsRecurrence() {
    assertEquals(0, LogGamma.of(1), EXACT);
    assertEquals(0, LogGamma.of(2), EXACT);
    assertEquals(0.5 * Math.log(Math.PI), LogGamma.of(0.5), EXACT);
    assertEquals(Math.log(362_880), LogGamma.of(10), EXACT);
    assertEquals(359.1342053695754, LogGamma.of(100), 1e-11);
    assertEquals(-Math.log(1e-7), LogGamma.of(1e-7), 1e-6);
    for (double x = 1e-6; x < 1e7; x *= 1.7) {
      double next = LogGamma.of(x + 1);
      assertEquals(next, LogGamma.of(x) + Math.log(x), 1e-12 * Math.max(1, Math.abs(next)), "" + x);
    }
  }

  private static ItemLikelihood common(Kind kind, double width) {
    return new WidthLikelihood(kind, OptionalDouble.of(width));
  }

  private static ItemLikelihood own(Kind kind) {
    return new WidthLikelihood(kind, OptionalDouble.empty());
  }

  private static double value(ItemLikelihood likelihood, float x, float... outputs) {
    float[][] arrays = new float[outputs.length][];
    for (int i = 0; i < outputs.length; i++) {
      arrays[i] = new float[] {outputs[i]};
    }
    return likelihood.negativeLog(new float[] {x}, 0, arrays, 0, 1);
  }

  private static double logistic(double t) {
    return 1 / (1 + Math.exp(-t));
  }
}
