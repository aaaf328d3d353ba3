package org.betavae.train;

import java.util.Random;
import org.betavae.train.objective.Mixture;
import org.tensorflow.Result;

/** Latents drawn from a run's prior: N(0, I), or the mixture that it has trained. */
final class PriorSamples {
  private PriorSamples() {}

  /** {@code count} latents, {@code [count * latent]}; the same for the same seed and weights. */
  static float[] draw(VaeSession session, TrainConfig config, int count) {
    int latent = config.latent();
    float[] z = new float[count * latent];
    Seeds.gaussian(z, z.length, config.seed(), Seeds.SAMPLES, 0);
    session
        .graph()
        .evaluation()
        .prior()
        .ifPresent(mixture -> shift(session, config, mixture, z, count));
    return z;
  }

  /** Turns draws of N(0, I) into ones of components that are drawn evenly. */
  private static void shift(
      VaeSession session, TrainConfig config, Mixture mixture, float[] z, int count) {
    int latent = config.latent();
    int components = config.prior().priorComponents();
    try (Result result = session.runner().fetch(mixture.mean()).fetch(mixture.logVar()).run()) {
      float[] mean = Tensors.read(result, 0, components * latent);
      float[] logVar = Tensors.read(result, 1, components * latent);
      Random random = Seeds.random(config.seed(), Seeds.COMPONENTS, 0);
      for (int i = 0; i < count; i++) {
        int k = random.nextInt(components);
        for (int l = 0; l < latent; l++) {
          double sigma = Math.exp(0.5 * logVar[k * latent + l]);
          z[i * latent + l] = (float) (mean[k * latent + l] + sigma * z[i * latent + l]);
        }
      }
    }
  }
}
