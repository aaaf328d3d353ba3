package org.betavae.train.objective;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** log N(z; μ, exp(l)) = −½ (((z − μ) exp(−l/2))² + l + log 2π), for each latent. */
public final class GaussianDensity {
  private static final float LOG_TWO_PI = (float) Math.log(2 * Math.PI);

  private GaussianDensity() {}

  /** At {@code z}; the three are of one shape, or are broadcast. */
  public static Operand<TFloat32> log(
      Ops tf, Operand<TFloat32> z, Operand<TFloat32> mean, Operand<TFloat32> logVar) {
    // exp(−l/2), squared later, stays finite for log-variances where exp(−l) does not.
    Operand<TFloat32> deviations =
        tf.math.mul(tf.math.sub(z, mean), tf.math.exp(tf.math.mul(logVar, tf.constant(-0.5f))));
    return standardised(tf, tf.math.square(deviations), logVar);
  }

  /** At z = μ + exp(½ l) ε, from ε itself, which is what (z − μ) / σ would lose digits of. */
  public static Operand<TFloat32> logAtNoise(
      Ops tf, Operand<TFloat32> noise, Operand<TFloat32> logVar) {
    return standardised(tf, tf.math.square(noise), logVar);
  }

  /** Of N(0, 1). */
  public static Operand<TFloat32> logStandard(Ops tf, Operand<TFloat32> z) {
    return standardised(tf, tf.math.square(z), tf.constant(0f));
  }

  private static Operand<TFloat32> standardised(
      Ops tf, Operand<TFloat32> squared, Operand<TFloat32> logVar) {
    Operand<TFloat32> shifted = tf.math.add(logVar, tf.constant(LOG_TWO_PI));
    return tf.math.mul(tf.math.add(squared, shifted), tf.constant(-0.5f));
  }
}
