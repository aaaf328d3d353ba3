package org.betavae.train;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.betavae.data.ItemShape;
import org.betavae.train.network.Network;
import org.betavae.train.network.Networks;
import org.betavae.train.network.Weights;
import org.betavae.train.network.Weights.Weight;
import org.betavae.train.objective.GaussianKl;
import org.betavae.train.objective.Likelihood;
import org.betavae.train.objective.Objective;
import org.betavae.train.optimizer.Adam;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;

/**
 * The graph of a beta-VAE: a training pass for batches of one size, and an evaluation pass for any
 * number of items, on the same weights.
 *
 * <p>The training batch is split among towers, one a thread, which share the weights; their terms
 * are summed before the objective sees them, so the number of towers changes rounding and nothing
 * else. A thread kept on a tower of its own is faster than two threads inside every operator.
 */
final class VaeGraph implements AutoCloseable {
  private final Graph graph = new Graph();
  private final Weights weights;
  private final Training training;
  private final Evaluation evaluation;
  private final Network network;

  /**
   * The pass that trains.
   *
   * @param items {@code [batch, ...]}
   * @param noise {@code [batch, latent]}
   * @param terms loss, reconstruction and KL in nats per image, {@code [3]}
   */
  record Training(
      Placeholder<TFloat32> items,
      Placeholder<TFloat32> noise,
      Operand<TFloat32> terms,
      Adam.InGraph adam) {}

  /**
   * The pass that evaluates, encodes and decodes.
   *
   * @param items {@code [n, ...]}
   * @param noise {@code [n, latent]}
   * @param z {@code [n, latent]}
   * @param loss the objective on these items as one batch, nats per image, scalar
   * @param reconstruction −log p(x | z) at z = μ + σ ε, nats, {@code [n]}
   * @param kl nats, {@code [n, latent]}
   * @param decoded mean of the likelihood at {@code z}
   */
  record Evaluation(
      Placeholder<TFloat32> items,
      Placeholder<TFloat32> noise,
      Placeholder<TFloat32> z,
      Operand<TFloat32> mean,
      Operand<TFloat32> logVar,
      Operand<TFloat32> loss,
      Operand<TFloat32> reconstruction,
      Operand<TFloat32> kl,
      Operand<TFloat32> decoded) {}

  /**
   * Builds the graph.
   *
   * @throws IllegalArgumentException if the network cannot take items of that shape
   */
  VaeGraph(TrainConfig config, ItemShape shape) {
    network = Networks.of(config.arch(), shape);
    try {
      Ops tf = Ops.create(graph);
      weights = new Weights(tf);
      training = training(tf, config, shape);
      evaluation = evaluation(tf.withSubScope("evaluation"), config, shape);
    } catch (RuntimeException | Error e) {
      graph.close();
      throw e;
    }
  }

  Graph graph() {
    return graph;
  }

  Training training() {
    return training;
  }

  Evaluation evaluation() {
    return evaluation;
  }

  Weights weights() {
    return weights;
  }

  @Override
  public void close() {
    graph.close();
  }

  /** Dimensions of {@code n} items, {@code [n, h, w, c]} or {@code [n, d]}; n may be -1. */
  static Shape itemsShape(ItemShape shape, long n) {
    return shape.image()
        ? Shape.of(n, shape.height(), shape.width(), shape.channels())
        : Shape.of(n, shape.size());
  }

  private Training training(Ops tf, TrainConfig config, ItemShape shape) {
    int batch = config.batch();
    Placeholder<TFloat32> items = placeholder(tf, "items", itemsShape(shape, batch));
    Placeholder<TFloat32> noise = placeholder(tf, "noise", Shape.of(batch, config.latent()));
    Objective.Terms terms = towers(tf, config, items, noise);
    Operand<TFloat32> loss = config.newObjective().loss(tf, terms);
    List<Weight> trained = new ArrayList<>(weights.all());
    Output<?>[] variables =
        trained.stream().map(w -> w.variable().asOutput()).toArray(Output<?>[]::new);
    Output<?>[] gradients = graph.addGradients(loss.asOutput(), variables);
    Adam.InGraph adam = Adam.DEFAULT.build(tf, trained, gradients);
    Operand<TFloat32> packed = tf.stack(List.of(loss, terms.reconstruction(), terms.kl()));
    return new Training(items, noise, packed, adam);
  }

  private Objective.Terms towers(
      Ops tf, TrainConfig config, Operand<TFloat32> items, Operand<TFloat32> noise) {
    Likelihood likelihood = config.newLikelihood();
    int count = Math.min(config.threads(), config.batch());
    List<Operand<TFloat32>> xs = split(tf, items, config.batch(), count);
    List<Operand<TFloat32>> epsilons = split(tf, noise, config.batch(), count);
    Map<String, List<Operand<TFloat32>>> parts = new LinkedHashMap<>();
    for (int i = 0; i < count; i++) {
      Ops tower = tf.withSubScope("tower" + i);
      Network.Posterior q = network.encode(tower, weights, xs.get(i), config.latent());
      Operand<TFloat32> z = sample(tower, q, epsilons.get(i));
      Operand<TFloat32> output = network.decode(tower, weights, z);
      add(parts, "mean", q.mean());
      add(parts, "logVar", q.logVar());
      add(parts, "z", z);
      add(
          parts,
          "reconstruction",
          sumAll(tower, likelihood.negativeLogLikelihood(tower, xs.get(i), output)));
      add(parts, "kl", sumAll(tower, GaussianKl.perLatent(tower, q.mean(), q.logVar())));
    }
    Operand<TFloat32> perImage = tf.constant(1f / config.batch());
    return new Objective.Terms(
        join(tf, parts.get("mean")),
        join(tf, parts.get("logVar")),
        join(tf, parts.get("z")),
        tf.math.mul(sum(tf, parts.get("reconstruction")), perImage),
        tf.math.mul(sum(tf, parts.get("kl")), perImage));
  }

  private Evaluation evaluation(Ops tf, TrainConfig config, ItemShape shape) {
    Likelihood likelihood = config.newLikelihood();
    Placeholder<TFloat32> items = placeholder(tf, "items", itemsShape(shape, -1));
    Placeholder<TFloat32> noise = placeholder(tf, "noise", Shape.of(-1, config.latent()));
    Placeholder<TFloat32> latents = placeholder(tf, "z", Shape.of(-1, config.latent()));
    Network.Posterior q = network.encode(tf, weights, items, config.latent());
    Operand<TFloat32> drawn = sample(tf, q, noise);
    Operand<TFloat32> output = network.decode(tf, weights, drawn);
    Operand<TFloat32> reconstruction = likelihood.negativeLogLikelihood(tf, items, output);
    Operand<TFloat32> kl = GaussianKl.perLatent(tf, q.mean(), q.logVar());
    Operand<TFloat32> meanKl =
        tf.math.mean(tf.reduceSum(kl, tf.constant(new int[] {1})), tf.constant(0));
    Objective.Terms terms =
        new Objective.Terms(
            q.mean(), q.logVar(), drawn, tf.math.mean(reconstruction, tf.constant(0)), meanKl);
    return new Evaluation(
        items,
        noise,
        latents,
        q.mean(),
        q.logVar(),
        config.newObjective().loss(tf, terms),
        reconstruction,
        kl,
        likelihood.mean(tf, network.decode(tf, weights, latents)));
  }

  /** z = μ + exp(½ log σ²) ε (Kingma and Welling 2014, equation 10). */
  private static Operand<TFloat32> sample(Ops tf, Network.Posterior q, Operand<TFloat32> epsilon) {
    Operand<TFloat32> sigma = tf.math.exp(tf.math.mul(q.logVar(), tf.constant(0.5f)));
    return tf.math.add(q.mean(), tf.math.mul(sigma, epsilon));
  }

  /** Rows of {@code x} in {@code count} parts that differ by one row at most. */
  private static List<Operand<TFloat32>> split(Ops tf, Operand<TFloat32> x, int rows, int count) {
    if (count == 1) {
      return List.of(x);
    }
    int[] sizes = new int[count];
    for (int i = 0; i < count; i++) {
      sizes[i] = rows / count + (i < rows % count ? 1 : 0);
    }
    return new ArrayList<>(tf.splitV(x, tf.constant(sizes), tf.constant(0), (long) count).output());
  }

  private static void add(
      Map<String, List<Operand<TFloat32>>> parts, String name, Operand<TFloat32> part) {
    parts.computeIfAbsent(name, n -> new ArrayList<>()).add(part);
  }

  private static Operand<TFloat32> join(Ops tf, List<Operand<TFloat32>> parts) {
    return parts.size() == 1 ? parts.get(0) : tf.concat(parts, tf.constant(0));
  }

  private static Operand<TFloat32> sum(Ops tf, List<Operand<TFloat32>> parts) {
    return parts.size() == 1 ? parts.get(0) : tf.math.addN(parts);
  }

  private static Operand<TFloat32> sumAll(Ops tf, Operand<TFloat32> x) {
    int[] axes = x.shape().numDimensions() == 1 ? new int[] {0} : new int[] {0, 1};
    return tf.reduceSum(x, tf.constant(axes));
  }

  private static Placeholder<TFloat32> placeholder(Ops tf, String name, Shape shape) {
    return tf.withName(name).placeholder(TFloat32.class, Placeholder.shape(shape));
  }
}
