package org.betavae.train.objective;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
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
 * @param normalised whether that weight is β_norm = β · latents / values of an item (Higgins et
 *     al., section 4.2), so that one value suits items and latents of any number
 */
public record BetaVae(String name, BetaSchedule beta, boolean normalised) implements Objective {
  @Override
  public Map<String, Object> settings() {
    Map<String, Object> settings = new TreeMap<>(Map.of("beta", beta.describe()));
    if (normalised) {
      settings.put("normalised-beta", true);
    }
    return settings;
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
    if (normalised) {
      double perLatent = (double) terms.itemSize() / (double) terms.mean().shape().get(1);
      beta = tf.math.mul(beta, tf.constant((float) perLatent));
    }
    return Loss.of(tf.math.add(terms.reconstruction(), tf.math.mul(beta, terms.kl())));
  }
}
