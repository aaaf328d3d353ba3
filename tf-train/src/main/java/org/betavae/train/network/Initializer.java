package org.betavae.train.network;

import java.util.Random;

/**
 * How a variable's first values are drawn; the same seed gives the same values on every machine.
 */
public enum Initializer {
  /** All zeros, for biases. */
  ZEROS,
  /**
   * Uniform in ±sqrt(6 / (fanIn + fanOut)), for kernels.
   *
   * <p>Source: Glorot and Bengio 2010, equation 16; the default of tf.layers and Keras, and so of
   * disentanglement_lib.
   */
  GLOROT_UNIFORM;

  /**
   * First values of a variable.
   *
   * @param shape the variable's shape; the last two dimensions of a kernel are its channels
   * @param seed the seed of this variable
   * @return values in row-major order
   */
  float[] values(long[] shape, long seed) {
    float[] values = new float[Math.toIntExact(Weights.count(shape))];
    if (this == ZEROS) {
      return values;
    }
    if (shape.length < 2) {
      throw new IllegalArgumentException(
          "glorot_uniform needs a kernel with at least 2 dimensions, got " + shape.length + ".");
    }
    long receptiveField = 1;
    for (int i = 0; i < shape.length - 2; i++) {
      receptiveField *= shape[i];
    }
    double fans = receptiveField * (double) (shape[shape.length - 2] + shape[shape.length - 1]);
    double limit = StrictMath.sqrt(6 / fans);
    Random random = new Random(seed);
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) ((2 * random.nextDouble() - 1) * limit);
    }
    return values;
  }
}
