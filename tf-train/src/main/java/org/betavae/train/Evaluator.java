package org.betavae.train;

import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalDouble;
import org.betavae.data.ItemShape;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;

/**
 * Evaluates, encodes and decodes with the weights of a session, which is its owner's. Safe for many
 * threads while the weights stay as they are.
 */
final class Evaluator {
  /** So many items are decoded at once, to bound memory. */
  private static final int DECODED_AT_ONCE = 64;

  private final TrainConfig config;
  private final ItemShape shape;
  private final VaeGraph graph;
  private final Session session;

  Evaluator(TrainConfig config, ItemShape shape, VaeGraph graph, Session session) {
    this.config = config;
    this.shape = shape;
    this.graph = graph;
    this.session = session;
  }

  /** Evaluation of some items; the arrays are the caller's. */
  static final class Evaluated {
    /** Posterior means, {@code [n * latent]}. */
    final float[] mean;

    /** Log-variances, {@code [n * latent]}. */
    final float[] logVar;

    /** The objective on these items as one batch, nats per image. */
    final double loss;

    /** −log p(x | z), nats, {@code [n]}. */
    final float[] reconstruction;

    /** KL to N(0, I), nats, {@code [n * latent]}. */
    final float[] klPerLatent;

    /** KL to the prior, nats, {@code [n]}. */
    final double[] kl;

    /** The supervised term without its weight, mean over the items, where there is one. */
    final OptionalDouble supervised;

    private Evaluated(Result result, int count, int latents, VaeGraph.Evaluation e) {
      mean = Tensors.read(result, 0, latents);
      logVar = Tensors.read(result, 1, latents);
      loss = Tensors.read(result, 2, 1)[0];
      reconstruction = Tensors.read(result, 3, count);
      klPerLatent = Tensors.read(result, 4, latents);
      kl = new double[count];
      float[] sampled = Tensors.read(result, 5, count);
      for (int i = 0; i < count; i++) {
        kl[i] =
            e.prior().isPresent()
                ? sampled[i]
                : sum(klPerLatent, i * latents / count, latents / count);
      }
      supervised =
          e.supervised().isPresent()
              ? OptionalDouble.of(Tensors.read(result, 6, 1)[0])
              : OptionalDouble.empty();
    }

    /** In double precision, so that the latents' KL add up to the whole. */
    private static double sum(float[] values, int from, int count) {
      double sum = 0;
      for (int i = 0; i < count; i++) {
        sum += values[from + i];
      }
      return sum;
    }
  }

  /**
   * Posterior and terms of {@code count} items.
   *
   * @param labels see {@link Labels#read}; without them the supervised term is 0
   * @param stream picks the noise, so that the same items get the same noise in every validation
   * @param step steps done, which the objective's controls depend upon
   */
  Evaluated evaluate(float[] values, int count, Optional<float[]> labels, long stream, long step) {
    int latents = count * config.latent();
    float[] noiseValues = new float[latents * graph.samples()];
    Seeds.gaussian(noiseValues, noiseValues.length, config.seed(), Seeds.VALIDATION, stream);
    VaeGraph.Evaluation e = graph.evaluation();
    try (Opened opened = new Opened()) {
      TFloat32 x = tensor(opened, VaeGraph.itemsShape(shape, count), values);
      TFloat32 n = tensor(opened, graph.noiseShape(count), noiseValues);
      Session.Runner runner = session.runner().feed(e.items(), x).feed(e.noise(), n);
      opened
          .add(new ObjectiveFeeds(graph, config, count), ObjectiveFeeds::close)
          .feed(runner, step);
      e.labels()
          .ifPresent(
              l -> {
                long width = l.shape().get(1);
                float[] given = labels.orElseGet(() -> new float[count * (int) width]);
                runner.feed(l, tensor(opened, Shape.of(count, width), given));
              });
      runner.fetch(e.mean()).fetch(e.logVar()).fetch(e.loss()).fetch(e.reconstruction());
      runner.fetch(e.klPerLatent()).fetch(e.kl());
      e.supervised().ifPresent(runner::fetch);
      try (Result result = runner.run()) {
        return new Evaluated(result, count, latents, e);
      }
    }
  }

  private static TFloat32 tensor(Opened opened, Shape dims, float[] values) {
    return opened.add(Tensors.of(dims, values), TFloat32::close);
  }

  /** Posterior means of {@code count} items, {@code [count * latent]}. */
  float[] encode(float[] values, int count) {
    VaeGraph.Evaluation e = graph.evaluation();
    try (TFloat32 x = Tensors.of(VaeGraph.itemsShape(shape, count), values);
        Result result = session.runner().feed(e.items(), x).fetch(e.mean()).run()) {
      return Tensors.read(result, 0, count * config.latent());
    }
  }

  /**
   * Mean of the likelihood for {@code count} latent vectors, in the items' own layout. However many
   * they are, no more than some dozens are in memory with all that is between.
   */
  float[] decode(float[] z, int count) {
    int latent = config.latent();
    float[] all = new float[Math.multiplyExact(count, shape.size())];
    for (int from = 0; from < count; from += DECODED_AT_ONCE) {
      int n = Math.min(DECODED_AT_ONCE, count - from);
      float[] part = Arrays.copyOfRange(z, from * latent, (from + n) * latent);
      VaeGraph.Evaluation e = graph.evaluation();
      try (TFloat32 latents = Tensors.of(Shape.of(n, latent), part);
          Result result = session.runner().feed(e.z(), latents).fetch(e.decoded()).run()) {
        float[] decoded = Tensors.read(result, 0, n * shape.size());
        System.arraycopy(decoded, 0, all, from * shape.size(), decoded.length);
      }
    }
    return all;
  }
}
