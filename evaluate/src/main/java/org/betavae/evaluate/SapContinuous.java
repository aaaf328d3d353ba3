package org.betavae.evaluate;

import org.hipparchus.stat.correlation.PearsonsCorrelation;
import org.hipparchus.stat.descriptive.moment.Variance;

/**
 * Separated attribute predictability for factors whose values are numbers: how much better the best
 * code predicts a factor linearly than the second best.
 *
 * <p>The score of a code for a factor is their squared Pearson correlation, 0 where the code's
 * variance is at most {@code varianceFloor}; per factor the gap between the two best codes is
 * taken, and the mean over factors. 1 is best, 0 worst.
 *
 * <p>Source: Kumar, Sattigeri and Balakrishnan 2018, "Variational Inference of Disentangled Latent
 * Concepts from Unlabeled Observations", arXiv:1711.00848, section 3.
 *
 * @param varianceFloor codes with no larger variance (n - 1) score 0
 */
public record SapContinuous(double varianceFloor) {
  /** As published by Locatello et al. */
  public static final SapContinuous PUBLISHED = new SapContinuous(1e-12);

  /**
   * @throws IllegalArgumentException if the floor is not above 0
   */
  public SapContinuous {
    Shapes.positive("variance floor", varianceFloor);
  }

  /**
   * The gap and what it is made of.
   *
   * @param score mean gap over factors, in [0, 1]
   * @param scores squared correlation, codes by factors
   */
  public record Result(double score, Matrix scores) {}

  /**
   * Measures training rows; the value of a factor is its number.
   *
   * @throws IllegalArgumentException if there is one code only, or a factor has one value
   */
  public Result measure(LabelledCodes train) {
    train.requireTwoCodes("SAP");
    train.factors().requireVarying();
    Matrix scores =
        Matrix.filled(
            train.codes().size(),
            train.factors().size(),
            (code, factor) -> squaredCorrelation(train, code, factor));
    return new Result(Gap.mean(Gap.perFactor(scores)), scores);
  }

  private double squaredCorrelation(LabelledCodes train, int code, int factor) {
    double[] x = train.codes().doubles(code);
    if (!(new Variance().evaluate(x) > varianceFloor)) {
      return 0;
    }
    double[] y = new double[x.length];
    for (int i = 0; i < y.length; i++) {
      y[i] = train.factors().value(i, factor);
    }
    double r = new PearsonsCorrelation().correlation(x, y);
    return r * r;
  }
}
