package org.betavae.train.network;

import java.util.Locale;
import java.util.Random;

/** How the first values of a kernel are drawn, as a list of layers can say. */
public enum KernelInit implements Initializer {
  /** {@link Initializer#GLOROT_UNIFORM}. */
  GLOROT,
  /**
   * Normal with variance 2 / fanIn, for dense layers and convolutions before a ReLU.
   *
   * <p>Source: He et al. 2015, arXiv:1502.01852, equation 10.
   */
  HE,
  /** All zeros, for the last convolution of a residual block. */
  ZEROS;

  @Override
  public float[] values(long[] shape, long seed) {
    return switch (this) {
      case GLOROT -> GLOROT_UNIFORM.values(shape, seed);
      case HE -> he(shape, seed);
      case ZEROS -> Initializer.ZEROS.values(shape, seed);
    };
  }

  /** Name in a list of layers. */
  String setting() {
    return name().toLowerCase(Locale.ROOT);
  }

  private static float[] he(long[] shape, long seed) {
    long fanIn = Weights.count(shape) / shape[shape.length - 1];
    double deviation = StrictMath.sqrt(2.0 / fanIn);
    Random random = new Random(seed);
    float[] values = new float[Math.toIntExact(Weights.count(shape))];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (random.nextGaussian() * deviation);
    }
    return values;
  }
}
