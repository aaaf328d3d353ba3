package org.betavae.train;

import java.util.Optional;
import org.betavae.train.network.Network;
import org.betavae.train.network.Pass;
import org.betavae.train.objective.GaussianDensity;
import org.betavae.train.objective.GaussianKl;
import org.betavae.train.objective.Likelihood;
import org.betavae.train.objective.LogMeanExp;
import org.betavae.train.objective.Mixture;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Unstack;
import org.tensorflow.types.TFloat32;

/**
 * Items through encoder, sampling and decoder, with K samples an item.
 *
 * @param posterior q(z | x), each {@code [n, latent]}
 * @param z the first sample of each item, {@code [n, latent]}
 * @param reconstruction −log p(x | z), nats, mean over the samples, {@code [n]}
 * @param klPerLatent KL to N(0, I) in closed form, nats, {@code [n, latent]}
 * @param kl KL to the prior, nats, {@code [n]}: the sum of the former; under a mixture log q(z | x)
 *     − log p(z), mean over the samples
 * @param logWeights log p(x | z) + log p(z) − log q(z | x) of each sample, {@code [n, K]}
 */
record Forward(
    Network.Posterior posterior,
    Operand<TFloat32> z,
    Operand<TFloat32> reconstruction,
    Operand<TFloat32> klPerLatent,
    Operand<TFloat32> kl,
    Operand<TFloat32> logWeights) {

  /**
   * What items go through.
   *
   * @param network encoder and decoder
   * @param likelihood p(x | z)
   * @param prior p(z) if it is not N(0, I)
   * @param latent number of latents
   * @param samples K
   */
  record Model(
      Network network, Likelihood likelihood, Optional<Mixture> prior, int latent, int samples) {}

  /**
   * Adds it to a graph.
   *
   * @param items {@code [n, ...]}
   * @param noise draws from N(0, 1), {@code [n * K, latent]}, an item's samples one after the other
   */
  static Forward of(Pass pass, Model model, Operand<TFloat32> items, Operand<TFloat32> noise) {
    return of(pass, model, model.network().encode(pass, items, model.latent()), items, noise);
  }

  /** Adds all that follows the encoder. */
  static Forward of(
      Pass pass,
      Model model,
      Network.Posterior q,
      Operand<TFloat32> items,
      Operand<TFloat32> noise) {
    Ops tf = pass.tf();
    int samples = model.samples();
    Operand<TFloat32> logVar = repeat(tf, q.logVar(), samples);
    Operand<TFloat32> z = sample(tf, repeat(tf, q.mean(), samples), logVar, noise);
    // A cast to the same type keeps mixed precision's bfloat16 out of the losses.
    Operand<TFloat32> output = tf.dtypes.cast(model.network().decode(pass, z), TFloat32.class);
    Operand<TFloat32> nll =
        model.likelihood().negativeLogLikelihood(pass, repeat(tf, items, samples), output);
    Operand<TFloat32> logPrior =
        model
            .prior()
            .map(mixture -> mixture.logDensity(tf, z))
            .orElseGet(() -> Likelihood.sumPerItem(tf, GaussianDensity.logStandard(tf, z)));
    Operand<TFloat32> logPosterior =
        Likelihood.sumPerItem(tf, GaussianDensity.logAtNoise(tf, noise, logVar));
    Operand<TFloat32> gap = tf.math.sub(logPosterior, logPrior);
    Operand<TFloat32> klPerLatent = GaussianKl.perLatent(tf, q.mean(), q.logVar());
    return new Forward(
        q,
        first(tf, z, samples),
        mean(tf, nll, samples),
        klPerLatent,
        model.prior().isPresent() ? mean(tf, gap, samples) : Likelihood.sumPerItem(tf, klPerLatent),
        tf.reshape(tf.math.neg(tf.math.add(nll, gap)), tf.constant(new int[] {-1, samples})));
  }

  /** −log (1/K) Σ w of each item, nats, {@code [n]}. */
  Operand<TFloat32> negativeBound(Ops tf) {
    return tf.math.neg(LogMeanExp.of(tf, logWeights));
  }

  /** z = μ + exp(½ log σ²) ε (Kingma and Welling 2014, equation 10). */
  private static Operand<TFloat32> sample(
      Ops tf, Operand<TFloat32> mean, Operand<TFloat32> logVar, Operand<TFloat32> epsilon) {
    Operand<TFloat32> sigma = tf.math.exp(tf.math.mul(logVar, tf.constant(0.5f)));
    return tf.math.add(mean, tf.math.mul(sigma, epsilon));
  }

  /** Each row {@code count} times, one after the other. */
  private static Operand<TFloat32> repeat(Ops tf, Operand<TFloat32> rows, int count) {
    if (count == 1) {
      return rows;
    }
    int rank = rows.shape().numDimensions();
    int[] multiples = new int[rank + 1];
    int[] shape = new int[rank];
    for (int i = 0; i < rank; i++) {
      multiples[i] = 1;
      shape[i] = i == 0 ? -1 : Math.toIntExact(rows.shape().get(i));
    }
    multiples[rank] = 1;
    multiples[1] = count;
    Operand<TFloat32> tiled = tf.tile(tf.expandDims(rows, tf.constant(1)), tf.constant(multiples));
    return tf.reshape(tiled, tf.constant(shape));
  }

  private static Operand<TFloat32> first(Ops tf, Operand<TFloat32> z, int count) {
    if (count == 1) {
      return z;
    }
    int latent = Math.toIntExact(z.shape().get(1));
    Operand<TFloat32> perItem = tf.reshape(z, tf.constant(new int[] {-1, count, latent}));
    return tf.unstack(perItem, (long) count, Unstack.axis(1L)).output().get(0);
  }

  private static Operand<TFloat32> mean(Ops tf, Operand<TFloat32> perSample, int count) {
    if (count == 1) {
      return perSample;
    }
    Operand<TFloat32> perItem = tf.reshape(perSample, tf.constant(new int[] {-1, count}));
    return tf.math.mean(perItem, tf.constant(1));
  }
}
