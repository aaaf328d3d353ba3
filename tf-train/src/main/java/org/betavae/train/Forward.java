package org.betavae.train;

import org.betavae.train.network.Network;
import org.betavae.train.network.Pass;
import org.betavae.train.objective.GaussianKl;
import org.betavae.train.objective.Likelihood;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * Items through encoder, sampling and decoder.
 *
 * @param posterior q(z | x), each {@code [n, latent]}
 * @param z samples, {@code [n, latent]}
 * @param reconstruction −log p(x | z), nats, {@code [n]}
 * @param kl KL to the prior, nats, {@code [n, latent]}
 */
record Forward(
    Network.Posterior posterior,
    Operand<TFloat32> z,
    Operand<TFloat32> reconstruction,
    Operand<TFloat32> kl) {

  /**
   * Adds it to a graph.
   *
   * @param noise draws from N(0, 1), {@code [n, latent]}
   */
  static Forward of(
      Pass pass,
      Network network,
      Likelihood likelihood,
      int latent,
      Operand<TFloat32> items,
      Operand<TFloat32> noise) {
    Network.Posterior q = network.encode(pass, items, latent);
    Operand<TFloat32> z = sample(pass.tf(), q, noise);
    Operand<TFloat32> output = network.decode(pass, z);
    return new Forward(
        q,
        z,
        likelihood.negativeLogLikelihood(pass, items, output),
        GaussianKl.perLatent(pass.tf(), q.mean(), q.logVar()));
  }

  /** z = μ + exp(½ log σ²) ε (Kingma and Welling 2014, equation 10). */
  private static Operand<TFloat32> sample(Ops tf, Network.Posterior q, Operand<TFloat32> epsilon) {
    Operand<TFloat32> sigma = tf.math.exp(tf.math.mul(q.logVar(), tf.constant(0.5f)));
    return tf.math.add(q.mean(), tf.math.mul(sigma, epsilon));
  }
}
