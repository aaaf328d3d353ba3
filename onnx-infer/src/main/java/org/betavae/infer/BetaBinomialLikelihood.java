package org.betavae.infer;

/**
 * Levels k = n x of a picture: −Σ log C(n, k) + log B(k + α, n − k + β) − log B(α, β). The two
 * outputs are log α and log β.
 *
 * <p>Source: Townsend, Bird and Barber 2019, arXiv:1901.04866, section 3.2.
 */
final class BetaBinomialLikelihood implements ItemLikelihood {
  /** The highest level of an 8-bit picture. */
  static final int EIGHT_BIT = 255;

  private final int top;
  private final double[] logChoices;

  /**
   * @param top the highest level
   */
  BetaBinomialLikelihood(int top) {
    this.top = top;
    this.logChoices = new double[top + 1];
    for (int k = 0; k <= top; k++) {
      logChoices[k] = LogGamma.of(top + 1.0) - LogGamma.of(k + 1.0) - LogGamma.of(top - k + 1.0);
    }
  }

  @Override
  public double negativeLog(float[] x, int xStart, float[][] outputs, int start, int size) {
    double sum = 0;
    for (int i = 0; i < size; i++) {
      int k = (int) Math.rint(x[xStart + i] * (float) top);
      double alpha = Math.exp(outputs[0][start + i]);
      double beta = Math.exp(outputs[1][start + i]);
      sum += logBeta(alpha, beta) - logChoices[k] - logBeta(k + alpha, top - k + beta);
    }
    return sum;
  }

  private static double logBeta(double a, double b) {
    return LogGamma.of(a) + LogGamma.of(b) - LogGamma.of(a + b);
  }
}
