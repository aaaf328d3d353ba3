package org.betavae.infer;

import java.util.Random;

/**
 * Samples z = μ + exp(½ l) ε of the posteriors of some images, ε ~ N(0, I). The noise of an image
 * follows from the seed and its own values, so its score does not depend on its neighbours.
 */
final class PosteriorSamples {
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  private final float[] z;
  private final double[] logRatio;

  private PosteriorSamples(float[] z, double[] logRatio) {
    this.z = z;
    this.logRatio = logRatio;
  }

  /** Shape {@code [N, K, L]}. */
  float[] z() {
    return z;
  }

  /** log p(z) − log q(z|x), shape {@code [N, K]}. */
  double[] logRatio() {
    return logRatio;
  }

  /**
   * Draws them.
   *
   * @param images whose posteriors these are
   * @param itemSize values of one image
   * @param samples for each image, K
   */
  static PosteriorSamples draw(
      Embeddings posterior, float[] images, int itemSize, int samples, long seed) {
    int latents = posterior.latentSize();
    float[] z = new float[posterior.count() * samples * latents];
    double[] logRatio = new double[posterior.count() * samples];
    double[] deviation = new double[latents];
    int at = 0;
    for (int item = 0; item < posterior.count(); item++) {
      int from = item * latents;
      for (int l = 0; l < latents; l++) {
        deviation[l] = Math.exp(0.5 * posterior.logVar()[from + l]);
      }
      Random noise = new Random(mixed(seed, images, item * itemSize, itemSize));
      for (int k = 0; k < samples; k++) {
        double ratio = 0;
        for (int l = 0; l < latents; l++) {
          double epsilon = noise.nextGaussian();
          double value = posterior.mean()[from + l] + deviation[l] * epsilon;
          // From ε itself: (z − μ) / σ would lose digits. The constants of both densities cancel.
          ratio += 0.5 * (epsilon * epsilon + posterior.logVar()[from + l] - value * value);
          z[at++] = (float) value;
        }
        logRatio[item * samples + k] = ratio;
      }
    }
    return new PosteriorSamples(z, logRatio);
  }

  /** A seed for one image; different images have different ones but for rare chances. */
  private static long mixed(long seed, float[] values, int from, int length) {
    long hash = seed * GOLDEN;
    for (int i = from; i < from + length; i++) {
      hash = (hash ^ Float.floatToIntBits(values[i])) * GOLDEN;
      hash ^= hash >>> 32;
    }
    return hash;
  }
}
