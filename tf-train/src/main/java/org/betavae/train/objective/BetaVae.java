package org.betavae.train.objective;

import java.util.List;
import java.util.Map;
import org.betavae.train.network.Pass;
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
 * @param beta weight of the KL term
 */
public record BetaVae(String name, BetaSchedule beta) implements Objective {
  @Override
  public Map<String, Object> settings() {
    return Map.of("beta", beta.describe());
  }

  @Override
  public List<String> controls() {
    return List.of("beta");
  }

  @Override
  public void controlsAt(long step, float[] target) {
    target[0] = (float) beta.at(step);
  }

  @Override
  public Loss loss(Pass pass, Terms terms) {
    Ops tf = pass.tf();
    Operand<TFloat32> beta = terms.controls().get(0);
    return Loss.of(tf.math.add(terms.reconstruction(), tf.math.mul(beta, terms.kl())));
  }
}
