package org.betavae.train.network;

import java.util.Arrays;
import java.util.Random;

/**
 * How a variable's first values are drawn; the same seed gives the same values on every machine.
 */
@FunctionalInterface
public interface Initializer {
  /** All zeros, for biases. */
  Initializer ZEROS = constant(0);

  /** All ones, for scales. */
  Initializer ONES = constant(1);

  /** Uniform in [0, 1), the range of an image's values. */
  Initializer UNIT_UNIFORM =
      (shape, seed) -> {
        float[] values = empty(shape);
        Random random = new Random(seed);
        for (int i = 0; i < values.length; i++) {
          values[i] = random.nextFloat();
        }
        return values;
      };

  /**
   * Uniform in ±sqrt(6 / (fanIn + fanOut)), for kernels.
   *
   * <p>Source: Glorot and Bengio 2010, equation 16; the default of tf.layers and Keras, and so of
   * disentanglement_lib.
   */
  Initializer GLOROT_UNIFORM = Initializer::glorotUniform;

  /**
   * First values of a variable.
   *
   * @param shape the variable's shape; the last two dimensions of a kernel are its channels
   * @param seed the seed of this variable
   * @return values in row-major order
   */
  float[] values(long[] shape, long seed);

  /** The same value everywhere. */
  static Initializer constant(double value) {
    return (shape, seed) -> {
      float[] values = empty(shape);
      Arrays.fill(values, (float) value);
      return values;
    };
  }

  private static float[] empty(long[] shape) {
    return new float[Math.toIntExact(Weights.count(shape))];
  }

  private static float[] glorotUniform(long[] shape, long seed) {
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
    float[] values = empty(shape);
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) ((2 * random.nextDouble() - 1) * limit);
    }
    return values;
  }
}
