package org.betavae.infer;

import java.util.OptionalDouble;

/**
 * Likelihoods of a location m and a width s. The first output is m; the second, if there is no
 * common width, is the natural logarithm of each value's own.
 *
 * @param kind the distribution
 * @param width what all values share
 */
record WidthLikelihood(Kind kind, OptionalDouble width) implements ItemLikelihood {
  private static final double HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI);
  private static final double LOG_TWO = Math.log(2);
  private static final float TOP = 255;

  /** The distributions by their names in a model's metadata. */
  enum Kind {
    /** (x − m)² / 2s² + log s + ½ log 2π; Kingma and Welling 2014, appendix C.2. */
    GAUSSIAN,
    /** |x − m| / s + log 2s. */
    LAPLACE,
    /**
     * −log(F((k + ½)/255) − F((k − ½)/255)), k = 255 x, F(t) = 1 / (1 + exp(−(t − m)/s)); the
     * lowest and the highest level take all beyond them. Salimans et al. 2017, arXiv:1701.05517,
     * equation 2, in the form that is exact in the tails.
     */
    DISCRETISED_LOGISTIC
  }

  @Override
  public double negativeLog(float[] x, int xStart, float[][] outputs, int start, int size) {
    return width.isPresent()
        ? common(x, xStart, outputs[0], start, size)
        : own(x, xStart, outputs, start, size);
  }

  private double common(float[] x, int xStart, float[] location, int start, int size) {
    double logWidth = Math.log(width.getAsDouble());
    double inverse = 1 / width.getAsDouble();
    double inside = logInside(inverse);
    double sum = 0;
    for (int i = 0; i < size; i++) {
      sum += value(x[xStart + i], location[start + i], logWidth, inverse, inside);
    }
    return sum;
  }

  private double own(float[] x, int xStart, float[][] outputs, int start, int size) {
    double sum = 0;
    for (int i = 0; i < size; i++) {
      double logWidth = outputs[1][start + i];
      double inverse = Math.exp(-logWidth);
      sum += value(x[xStart + i], outputs[0][start + i], logWidth, inverse, logInside(inverse));
    }
    return sum;
  }

  private double value(float x, double m, double logWidth, double inverse, double inside) {
    return switch (kind) {
      case GAUSSIAN -> {
        double deviation = (x - m) * inverse;
        yield 0.5 * deviation * deviation + logWidth + HALF_LOG_TWO_PI;
      }
      case LAPLACE -> Math.abs(x - m) * inverse + logWidth + LOG_TWO;
      case DISCRETISED_LOGISTIC -> level(Math.rint(x * TOP), m, inverse, inside);
    };
  }

  /** −log of a level's mass; with p and q its edges: softplus(−p) + softplus(q) − inside. */
  private static double level(double level, double m, double inverse, double inside) {
    double centre = level / TOP - m;
    double p = (centre + 0.5 / TOP) * inverse;
    double q = (centre - 0.5 / TOP) * inverse;
    if (level >= TOP) {
      return softplus(q);
    }
    return level <= 0 ? softplus(-p) : softplus(-p) + softplus(q) - inside;
  }

  /** log(1 − exp(q − p)) of a level between two others. */
  private double logInside(double inverse) {
    return kind == Kind.DISCRETISED_LOGISTIC ? Math.log(-Math.expm1(-inverse / TOP)) : 0;
  }

  private static double softplus(double t) {
    return Math.max(t, 0) + Math.log1p(Math.exp(-Math.abs(t)));
  }
}
