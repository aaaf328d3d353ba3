package org.betavae.train.objective;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * A prior that is the mean of K diagonal Gaussians: p(z) = (1/K) Σ N(z; μ_k, σ_k²).
 *
 * <p>As VampPrior the Gaussians are the posteriors of K trained pseudo-inputs: Tomczak and Welling
 * 2018, arXiv:1705.07120, equation 9.
 *
 * @param mean μ, {@code [K, latent]}
 * @param logVar log σ², {@code [K, latent]}
 */
public record Mixture(Operand<TFloat32> mean, Operand<TFloat32> logVar) {

  /**
   * log p(z).
   *
   * @param z {@code [n, latent]}
   * @return nats, {@code [n]}
   */
  public Operand<TFloat32> logDensity(Ops tf, Operand<TFloat32> z) {
    Operand<TFloat32> perLatent =
        GaussianDensity.log(
            tf,
            tf.expandDims(z, tf.constant(1)),
            tf.expandDims(mean, tf.constant(0)),
            tf.expandDims(logVar, tf.constant(0)));
    return LogMeanExp.of(tf, tf.reduceSum(perLatent, tf.constant(new int[] {2})));
  }
}
