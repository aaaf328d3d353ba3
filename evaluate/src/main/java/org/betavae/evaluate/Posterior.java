package org.betavae.evaluate;

import java.util.ArrayList;
import java.util.List;

/**
 * What a model says of some points: mean and log-variance of each latent.
 *
 * @param means N points of L latents
 * @param logVars natural logarithms of the variances, same shape
 */
public record Posterior(Codes means, Codes logVars) {
  /**
   * @throws IllegalArgumentException if the shapes differ
   */
  public Posterior {
    if (means.points() != logVars.points() || means.size() != logVars.size()) {
      throw new IllegalArgumentException(
          "means are %s and log-variances %s, expected the same shape. Take both from one encoder."
              .formatted(means, logVars));
    }
  }

  /**
   * KL divergence from N(0, 1) of each latent, mean over points: ½ (μ² + exp(l) − l − 1), with l =
   * log σ².
   *
   * @return nats, one number a latent
   */
  public List<Double> averageKl() {
    List<Double> kl = new ArrayList<>();
    for (int latent = 0; latent < means.size(); latent++) {
      double sum = 0;
      for (int i = 0; i < means.points(); i++) {
        double mean = means.value(i, latent);
        double logVar = logVars.value(i, latent);
        sum += (mean * mean + Math.exp(logVar) - logVar - 1) / 2;
      }
      kl.add(sum / means.points());
    }
    return kl;
  }
}
