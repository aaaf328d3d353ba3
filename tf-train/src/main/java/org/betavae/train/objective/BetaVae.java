package org.betavae.train.objective;

import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * Beta-VAE: reconstruction + β KL; with β = 1 the negative evidence lower bound.
 *
 * <p>Source: Higgins et al., ICLR 2017, equation 4; β = 1: Kingma and Welling 2014,
 * arXiv:1312.6114.
 *
 * @param name {@code beta-vae} or {@code vae}
 * @param beta weight of the KL term, at least 0
 */
public record BetaVae(String name, double beta) implements Objective {
  public BetaVae {
    if (!(beta >= 0 && beta < Double.POSITIVE_INFINITY)) { // written so that NaN fails too
      throw new IllegalArgumentException(
          "beta is " + beta + ", expected a finite number >= 0. Use 1 for a plain VAE.");
    }
  }

  @Override
  public Map<String, Double> settings() {
    return Map.of("beta", beta);
  }

  @Override
  public Operand<TFloat32> loss(Ops tf, Terms terms) {
    return tf.math.add(terms.reconstruction(), tf.math.mul(tf.constant((float) beta), terms.kl()));
  }
}
