package org.betavae.train.objective;

import java.util.Map;
import org.betavae.train.network.Pass;

/**
 * Importance weighted autoencoder: −log (1/K) Σ w_k with w_k = p(x | z_k) p(z_k) / q(z_k | x),
 * averaged over the batch; with K = 1 the evidence lower bound at one sample.
 *
 * <p>Source: Burda, Grosse and Salakhutdinov 2016, arXiv:1509.00519, equations 8 and 14; the
 * gradient goes through the samples and through q. The KL of the history is not a term of it.
 *
 * @param importanceSamples K, at least 1
 */
public record Iwae(int importanceSamples) implements Objective {
  static final String NAME = "iwae";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Map<String, Object> settings() {
    return Map.of("importance-samples", importanceSamples);
  }

  @Override
  public Loss loss(Pass pass, Terms terms) {
    return Loss.of(terms.negativeBound().orElseThrow());
  }
}
