package org.betavae.train.objective;

import org.betavae.train.network.Dense;
import org.betavae.train.network.Pass;
import org.tensorflow.Operand;
import org.tensorflow.op.nn.LeakyRelu;
import org.tensorflow.types.TFloat32;

/**
 * FactorVAE's discriminator: dense layers with leaky ReLU, and two logits; the first says that a
 * latent vector comes from q(z), the second that its dimensions were permuted.
 *
 * <p>Source: Kim and Mnih 2018, arXiv:1802.05983, Appendix A.
 *
 * @param layers hidden layers, at least 1
 * @param units size of each, at least 1
 * @param slope of the leaky ReLU below 0
 */
public record Discriminator(int layers, int units, float slope) {
  /** The published one, which disentanglement_lib has too. */
  public static final Discriminator PUBLISHED = new Discriminator(6, 1000, 0.2f);

  /**
   * Adds it to a graph; its weights are an adversary's.
   *
   * @param z {@code [batch, latent]}
   * @return {@code [batch, 2]}
   */
  Operand<TFloat32> logits(Pass pass, Operand<TFloat32> z) {
    Operand<TFloat32> h = z;
    for (int i = 1; i <= layers; i++) {
      h = new Dense(units).apply(pass, Objective.ADVERSARY + "dense" + i, h);
      h = pass.tf().nn.leakyRelu(h, LeakyRelu.alpha(slope));
    }
    return new Dense(2).apply(pass, Objective.ADVERSARY + "logits", h);
  }
}
