package org.betavae.infer;

import java.util.Arrays;

/**
 * Means and log-variances of the posterior q(z|x) for a batch of images, flat and row-major. The
 * arrays are the object's own: who changes them changes them for all its readers.
 */
public final class Embeddings {
  private final int count;
  private final int latentSize;
  private final float[] mean;
  private final float[] logVar;

  Embeddings(int count, int latentSize, float[] mean, float[] logVar) {
    this.count = count;
    this.latentSize = latentSize;
    this.mean = mean;
    this.logVar = logVar;
  }

  /** Number of images, N. */
  public int count() {
    return count;
  }

  /** Number of latent dimensions, L. */
  public int latentSize() {
    return latentSize;
  }

  /** Means, shape {@code [N, L]}. */
  public float[] mean() {
    return mean;
  }

  /** Natural log of the variances, shape {@code [N, L]}. */
  public float[] logVar() {
    return logVar;
  }

  /**
   * A copy of one image's mean, shape {@code [L]}.
   *
   * @throws IndexOutOfBoundsException if there is no such image
   */
  public float[] mean(int index) {
    return row(mean, index);
  }

  /**
   * A copy of one image's log-variance, shape {@code [L]}.
   *
   * @throws IndexOutOfBoundsException if there is no such image
   */
  public float[] logVar(int index) {
    return row(logVar, index);
  }

  private float[] row(float[] values, int index) {
    if (index < 0 || index >= count) {
      throw new IndexOutOfBoundsException(
          "index is " + index + ", expected 0 to " + (count - 1) + " of " + count + " embeddings");
    }
    return Arrays.copyOfRange(values, index * latentSize, (index + 1) * latentSize);
  }

  /** Some of the images, one after another. */
  Embeddings part(int first, int images) {
    if (images == count) {
      return this;
    }
    int from = first * latentSize;
    int to = from + images * latentSize;
    return new Embeddings(
        images,
        latentSize,
        Arrays.copyOfRange(mean, from, to),
        Arrays.copyOfRange(logVar, from, to));
  }

  @Override
  public String toString() {
    return "Embeddings[" + count + ", " + latentSize + "]";
  }
}
