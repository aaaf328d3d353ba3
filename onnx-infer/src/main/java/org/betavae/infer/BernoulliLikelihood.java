package org.betavae.infer;

/**
 * Each value of x in [0,1] is the probability of a one.
 *
 * <p>Source: Kingma and Welling 2014, arXiv:1312.6114, equation 11.
 */
final class BernoulliLikelihood {
  /** Products of so many factors between 1 and 2 stay far below what a double holds. */
  private static final int BLOCK = 512;

  /** The least probability that a float32 mean can stand for; its logarithm is finite. */
  private static final double LEAST = Float.MIN_NORMAL;

  private BernoulliLikelihood() {}

  /** Σ log(1 + exp(a)) − x a from the logits a: nothing is lost for sure pixels. */
  static double fromLogits(float[] x, int xStart, float[][] outputs, int start, int size) {
    float[] logits = outputs[0];
    double sum = 0;
    for (int from = 0; from < size; from += BLOCK) {
      int to = Math.min(size, from + BLOCK);
      // Σ log(1 + exp(−|a|)) as the logarithm of a product: one logarithm instead of many.
      double product = 1;
      for (int i = from; i < to; i++) {
        double a = logits[start + i];
        product *= 1 + Math.exp(-Math.abs(a));
        sum += Math.max(a, 0) - x[xStart + i] * a;
      }
      sum += Math.log(product);
    }
    return sum;
  }

  /** −Σ x log m + (1 − x) log(1 − m) from the means m, for decoders that give no logits. */
  static double fromMeans(float[] x, int xStart, float[][] outputs, int start, int size) {
    float[] means = outputs[0];
    double sum = 0;
    for (int i = 0; i < size; i++) {
      double value = x[xStart + i];
      double mean = means[start + i];
      sum -= value * Math.log(Math.max(mean, LEAST));
      sum -= (1 - value) * Math.log(Math.max(1 - mean, LEAST));
    }
    return sum;
  }
}
