package org.betavae.train.objective;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * KL divergence from a diagonal Gaussian to N(0, I), per latent: ½ (μ² + exp(l) − l − 1), where l =
 * log σ².
 *
 * <p>Source: Kingma and Welling 2014, arXiv:1312.6114, Appendix B, which prints the negative of
 * this.
 */
public final class GaussianKl {
  private GaussianKl() {}

  /**
   * Adds the formula to a graph.
   *
   * @param mean μ, shape {@code [batch, latent]}
   * @param logVar natural log of σ², same shape
   * @return nats per item and latent, shape {@code [batch, latent]}
   */
  public static Operand<TFloat32> perLatent(
      Ops tf, Operand<TFloat32> mean, Operand<TFloat32> logVar) {
    // exp(l) - 1 in one operation, so that a KL near 0 keeps its digits.
    Operand<TFloat32> spread = tf.math.sub(tf.math.expm1(logVar), logVar);
    return tf.math.mul(tf.math.add(tf.math.square(mean), spread), tf.constant(0.5f));
  }
}
