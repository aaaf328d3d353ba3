package org.betavae.train.network;

import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;

/** An encoder and a decoder that can be added to a graph as often as passes and towers need it. */
public interface Network {
  /**
   * Mean and log-variance of the approximate posterior.
   *
   * @param mean μ, {@code [batch, latent]}
   * @param logVar log σ², same shape
   */
  record Posterior(Operand<TFloat32> mean, Operand<TFloat32> logVar) {}

  /** Name as on the command line, such as {@code conv64}. */
  String name();

  /** Whether training uses the statistics of a batch. */
  boolean hasBatchNorm();

  /**
   * Adds the encoder to a graph.
   *
   * @param x items, {@code [batch, h, w, c]} or {@code [batch, d]}
   * @param latentSize number of latents
   */
  Posterior encode(Pass pass, Operand<TFloat32> x, int latentSize);

  /**
   * Adds the decoder to a graph.
   *
   * @param z latents, {@code [batch, latent]}
   * @return the likelihood's parameters (logits or means), shaped as the items but for the last
   *     dimension, which is as many times larger as the likelihood needs
   */
  Operand<TFloat32> decode(Pass pass, Operand<TFloat32> z);
}
