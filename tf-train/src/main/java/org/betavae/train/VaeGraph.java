package org.betavae.train;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.betavae.data.ItemShape;
import org.betavae.train.network.Initializer;
import org.betavae.train.network.Network;
import org.betavae.train.network.Pass;
import org.betavae.train.network.Weights;
import org.betavae.train.objective.Likelihood;
import org.betavae.train.objective.Mixture;
import org.betavae.train.objective.Objective;
import org.betavae.train.objective.SupervisedLoss;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * The graph of a beta-VAE: a training pass for batches of one size, and an evaluation pass for any
 * number of items, on the same weights.
 *
 * <p>The training batch is split among towers, one a thread, which share the weights; their terms
 * are summed before the objective sees them, so the number of towers changes rounding and nothing
 * else (but for batch norm, whose statistics are a tower's: see {@link Towers#count}). A thread
 * kept on a tower of its own is faster than two threads inside every operator.
 */
final class VaeGraph implements AutoCloseable {
  /** The first terms of {@link Updates#terms}; the objective's own follow. */
  static final List<String> TERMS = List.of("loss", "reconstruction", "kl");

  /** The pseudo-inputs of a mixture prior, {@code [K, ...]}. */
  static final String PSEUDO_INPUTS = "prior/pseudo_inputs";

  private final Graph graph = new Graph();
  private final TrainConfig config;
  private final ItemShape shape;
  private final Objective objective;
  private final Likelihood likelihood;
  private final Model parts;
  private final Network network;
  private final long datasetSize;
  private final Weights weights;
  private final Fed fed;
  private final Training training;
  private final Evaluation evaluation;

  /**
   * What both passes are fed for the objective.
   *
   * @param controls {@code [number of controls]}, absent if there are none
   * @param draws {@code [rows, latent]} each
   */
  record Fed(Optional<Placeholder<TFloat32>> controls, List<Placeholder<TFloat32>> draws) {}

  /**
   * The pass that trains.
   *
   * @param items {@code [batch, ...]}
   * @param noise {@code [batch * samples, latent]}, an item's samples one after the other
   * @param random seed of random operations, {@code [2]}, where there are any
   * @param labels see {@link Labels#read}, where there are any
   * @param updates runs a step; its terms are {@link VaeGraph#TERMS} and then further ones
   */
  record Training(
      Placeholder<TFloat32> items,
      Placeholder<TFloat32> noise,
      Optional<Placeholder<TInt32>> random,
      Optional<Placeholder<TFloat32>> labels,
      Updates updates) {}

  /**
   * The pass that evaluates, encodes and decodes.
   *
   * @param items {@code [n, ...]}
   * @param noise {@code [n * samples, latent]}, an item's samples one after the other
   * @param z {@code [n, latent]}
   * @param loss the objective on these items as one batch, nats per image, scalar
   * @param reconstruction −log p(x | z) at z = μ + σ ε, nats, {@code [n]}
   * @param klPerLatent KL to N(0, I), nats, {@code [n, latent]}
   * @param kl KL to the prior, nats, {@code [n]}
   * @param logWeights importance weights, {@code [n, samples]}
   * @param prior the prior if it is not N(0, I)
   * @param decoded mean of the likelihood at {@code z}
   * @param labels see {@link Labels#read}, {@code [n, width]}, where there are any
   * @param supervised the supervised term without its weight, scalar, where there are labels
   */
  record Evaluation(
      Placeholder<TFloat32> items,
      Placeholder<TFloat32> noise,
      Placeholder<TFloat32> z,
      Operand<TFloat32> mean,
      Operand<TFloat32> logVar,
      Operand<TFloat32> loss,
      Operand<TFloat32> reconstruction,
      Operand<TFloat32> klPerLatent,
      Operand<TFloat32> kl,
      Operand<TFloat32> logWeights,
      Optional<Mixture> prior,
      Operand<TFloat32> decoded,
      Optional<Placeholder<TFloat32>> labels,
      Optional<Operand<TFloat32>> supervised) {}

  /**
   * Builds the graph.
   *
   * @param datasetSize number of items that are trained on
   * @param labelWidth numbers of an item's labels, 0 where there are none
   * @throws IllegalArgumentException if the network cannot take items of that shape
   */
  VaeGraph(TrainConfig config, ItemShape shape, long datasetSize, int labelWidth) {
    this(config, Model.of(config, shape), shape, datasetSize, labelWidth);
  }

  /** The same of another network than the settings name. */
  VaeGraph(TrainConfig config, Model parts, ItemShape shape, long datasetSize, int labelWidth) {
    this.config = config;
    this.parts = parts;
    this.shape = shape;
    this.datasetSize = datasetSize;
    objective = config.newObjective();
    likelihood = config.newLikelihood();
    network = parts.network();
    try {
      Ops tf = Ops.create(graph);
      weights = new Weights(tf, parts.rules());
      fed = fed(tf);
      training = training(tf, labelWidth);
      evaluation = evaluation(tf.withSubScope("evaluation"), labelWidth);
    } catch (RuntimeException | Error e) {
      graph.close();
      throw e;
    }
  }

  Graph graph() {
    return graph;
  }

  Objective objective() {
    return objective;
  }

  Fed fed() {
    return fed;
  }

  /** Samples of z for each item, so that many rows of noise are fed for it. */
  int samples() {
    return objective.importanceSamples();
  }

  /** Shape of the noise for so many items. */
  Shape noiseShape(int count) {
    return Shape.of((long) count * samples(), config.latent());
  }

  Training training() {
    return training;
  }

  Evaluation evaluation() {
    return evaluation;
  }

  /** What it was built of. */
  Model parts() {
    return parts;
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

  private Fed fed(Ops tf) {
    int controls = objective.controls().size();
    List<Placeholder<TFloat32>> draws = new ArrayList<>();
    for (int i = 0; i < objective.draws().size(); i++) {
      draws.add(placeholder(tf, "draw" + i, Shape.of(-1, config.latent())));
    }
    return new Fed(
        controls == 0
            ? Optional.empty()
            : Optional.of(placeholder(tf, "controls", Shape.of(controls))),
        draws);
  }

  /** Whether the session computes products in bfloat16. */
  private boolean halves() {
    return config.run().precision().equals(Devices.BF16);
  }

  private Training training(Ops tf, int labelWidth) {
    int batch = config.batch();
    Pass pass = Pass.training(tf, weights).withEvenChannels(halves());
    Placeholder<TFloat32> items = placeholder(tf, "items", itemsShape(shape, batch));
    Placeholder<TFloat32> noise =
        placeholder(tf, "noise", Shape.of((long) batch * samples(), config.latent()));
    Towers towers = Towers.of(pass, model(tf), items, noise, Towers.count(config, parts), batch);
    Objective.Terms terms = terms(tf, towers);
    Objective.Loss loss = objective.loss(pass, terms);
    Optional<Placeholder<TFloat32>> labels = Optional.empty();
    if (labelWidth > 0) {
      Placeholder<TFloat32> fedLabels = placeholder(tf, "labels", Shape.of(batch, labelWidth));
      labels = Optional.of(fedLabels);
      loss = supervised(tf, loss, terms, fedLabels);
    }
    Map<String, Operand<TFloat32>> scalars = new LinkedHashMap<>();
    List<Operand<TFloat32>> first = List.of(loss.total(), terms.reconstruction(), terms.kl());
    for (int i = 0; i < first.size(); i++) {
      scalars.put(TERMS.get(i), first.get(i));
    }
    scalars.putAll(loss.parts());
    Updates updates = new Updates(graph, pass, config.optimizer(), loss, scalars);
    return new Training(items, noise, pass.random(), labels, updates);
  }

  private Objective.Loss supervised(
      Ops tf, Objective.Loss loss, Objective.Terms terms, Operand<TFloat32> labels) {
    return config.supervised().newLoss().orElseThrow().addTo(tf, loss, terms.mean(), labels);
  }

  private Forward.Model model(Ops tf) {
    return new Forward.Model(network, likelihood, prior(tf), config.latent(), samples());
  }

  /**
   * The posteriors of the pseudo-inputs, encoded once for all towers. Batch norm and dropout see
   * them as they see data in use, so that they do not mix with the batch's statistics.
   */
  private Optional<Mixture> prior(Ops tf) {
    if (!config.prior().mixture()) {
      return Optional.empty();
    }
    Pass pass = Pass.inference(tf.withSubScope("prior"), weights).withEvenChannels(halves());
    long[] dims = itemsShape(shape, config.prior().priorComponents()).asArray();
    Network.Posterior q =
        network.encode(
            pass, weights.get(PSEUDO_INPUTS, dims, Initializer.UNIT_UNIFORM), config.latent());
    return Optional.of(new Mixture(q.mean(), q.logVar()));
  }

  private Objective.Terms terms(Ops tf, Towers batch) {
    List<Operand<TFloat32>> controls =
        fed.controls()
            .map(
                c ->
                    List.<Operand<TFloat32>>copyOf(
                        tf.unstack(c, (long) objective.controls().size()).output()))
            .orElse(List.of());
    return new Objective.Terms(
        batch.mean(),
        batch.logVar(),
        batch.z(),
        batch.reconstruction(),
        batch.kl(),
        controls,
        List.copyOf(fed.draws()),
        datasetSize,
        shape.size(),
        Optional.of(batch.negativeBound()));
  }

  private Evaluation evaluation(Ops tf, int labelWidth) {
    Pass pass = Pass.inference(tf, weights).withEvenChannels(halves());
    Placeholder<TFloat32> items = placeholder(tf, "items", itemsShape(shape, -1));
    Placeholder<TFloat32> noise = placeholder(tf, "noise", Shape.of(-1, config.latent()));
    Placeholder<TFloat32> latents = placeholder(tf, "z", Shape.of(-1, config.latent()));
    Forward.Model model = model(tf);
    Forward f = Forward.of(pass, model, items, noise);
    Objective.Terms terms = terms(tf, Towers.single(tf, f));
    Objective.Loss loss = objective.loss(pass, terms);
    Optional<Placeholder<TFloat32>> labels = Optional.empty();
    if (labelWidth > 0) {
      labels = Optional.of(placeholder(tf, "labels", Shape.of(-1, labelWidth)));
      loss = supervised(tf, loss, terms, labels.get());
    }
    return new Evaluation(
        items,
        noise,
        latents,
        f.posterior().mean(),
        f.posterior().logVar(),
        loss.total(),
        f.reconstruction(),
        f.klPerLatent(),
        f.kl(),
        f.logWeights(),
        model.prior(),
        likelihood.mean(pass, network.decode(pass, latents)),
        labels,
        Optional.ofNullable(loss.parts().get(SupervisedLoss.TERM)));
  }

  private static Placeholder<TFloat32> placeholder(Ops tf, String name, Shape shape) {
    return tf.withName(name).placeholder(TFloat32.class, Placeholder.shape(shape));
  }
}
