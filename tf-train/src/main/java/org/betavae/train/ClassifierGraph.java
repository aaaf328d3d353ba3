package org.betavae.train;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.data.ItemShape;
import org.betavae.train.network.Activation;
import org.betavae.train.network.Dense;
import org.betavae.train.network.Network;
import org.betavae.train.network.Pass;
import org.betavae.train.network.Weights;
import org.betavae.train.network.Weights.Weight;
import org.betavae.train.optimizer.Adam;
import org.betavae.train.optimizer.Optimizer;
import org.tensorflow.Graph;
import org.tensorflow.GraphOperation;
import org.tensorflow.Operand;
import org.tensorflow.Operation;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;

/** Encoder, head and cross-entropy in a graph with its session. Not thread-safe. */
final class ClassifierGraph implements AutoCloseable {
  /** Scope of the head's weights. */
  static final String HEAD = "classifier";

  /** As {@link org.betavae.train.network.BatchNorm} has it elsewhere. */
  private static final float STATISTICS_MOMENTUM = 0.99f;

  private final Opened opened = new Opened();
  private final Graph graph;
  private final Session session;
  private final Weights weights;
  private final ItemShape shape;
  private final int classes;
  private final Placeholder<TFloat32> items;
  private final Placeholder<TFloat32> targets;
  private final Placeholder<TFloat32> seen;
  private final Operand<TFloat32> loss;
  private final Operand<TFloat32> probabilities;
  private final Optimizer.InGraph update;
  private final Op step;

  ClassifierGraph(
      Model model, ItemShape shape, int latent, int classes, ClassifierSettings settings) {
    this.shape = shape;
    this.classes = classes;
    try {
      graph = opened.add(new Graph(), Graph::close);
      Ops tf = Ops.create(graph);
      weights = new Weights(tf, model.rules());
      Pass training = Pass.training(tf.withSubScope("training"), weights);
      items = placeholder(tf, "items", VaeGraph.itemsShape(shape, -1));
      targets = placeholder(tf, "targets", Shape.of(-1, classes));
      Operand<TFloat32> logits =
          logits(training, model.network(), items, latent, classes, settings.hidden());
      loss = crossEntropy(training.tf(), logits, targets);
      Pass using = Pass.inference(tf.withSubScope("using"), weights);
      seen = placeholder(tf, "seen", VaeGraph.itemsShape(shape, -1));
      probabilities =
          tf.nn.softmax(logits(using, model.network(), seen, latent, classes, settings.hidden()));
      List<Weight> trained = trained();
      List<Output<TFloat32>> gradients = gradients(trained);
      List<Operation> before = new ArrayList<>(List.of(loss.op()));
      gradients.forEach(g -> before.add(g.op()));
      Ops ready = tf.withControlDependencyOps(before);
      update = Adam.DEFAULT.build(ready, Adam.DEFAULT.name(), trained, gradients);
      List<Op> changes = new ArrayList<>(training.statisticUpdates(ready, STATISTICS_MOMENTUM));
      changes.add(update.update());
      step = tf.withName("step").withControlDependencies(changes).noOp();
      session =
          opened.add(
              new Session(graph, Devices.classifierConfig(settings.threads())), Session::close);
      initialize(model, settings.seed());
    } catch (RuntimeException | Error e) {
      opened.close();
      throw e;
    }
  }

  /** Adds encoder and head; gives logits {@code [n, classes]}. */
  private static Operand<TFloat32> logits(
      Pass pass, Network network, Operand<TFloat32> x, int latent, int classes, int hidden) {
    return head(pass, network.encode(pass, x, latent).mean(), classes, hidden);
  }

  /** Adds the head alone. */
  static Operand<TFloat32> head(Pass pass, Operand<TFloat32> mean, int classes, int hidden) {
    Operand<TFloat32> features = mean;
    if (hidden > 0) {
      features = new Dense(hidden).apply(pass, HEAD + "/hidden", features);
      features = Activation.RELU.apply(pass, HEAD, features);
    }
    return new Dense(classes).apply(pass, HEAD + "/logits", features);
  }

  /** log Σ exp(a) − a_y, nats, mean over the batch. */
  private static Operand<TFloat32> crossEntropy(
      Ops tf, Operand<TFloat32> logits, Operand<TFloat32> oneHot) {
    Operand<TFloat32> perItem =
        tf.math.neg(tf.reduceSum(tf.math.mul(oneHot, tf.nn.logSoftmax(logits)), tf.constant(1)));
    return tf.math.mean(perItem, tf.constant(0));
  }

  /** Those that the loss depends upon: the head of the log-variance is not among them. */
  private List<Weight> trained() {
    Set<GraphOperation> needed = graph.subgraphTo(Set.of(loss));
    return weights.trained("", true).stream()
        .filter(w -> needed.contains((GraphOperation) w.variable().op()))
        .toList();
  }

  private List<Output<TFloat32>> gradients(List<Weight> trained) {
    Output<?>[] variables =
        trained.stream().map(w -> w.variable().asOutput()).toArray(Output<?>[]::new);
    List<Output<TFloat32>> gradients = new ArrayList<>();
    for (Output<?> gradient : graph.addGradients(loss.asOutput(), variables)) {
      gradients.add(gradient.expect(TFloat32.class));
    }
    return gradients;
  }

  private void initialize(Model model, long seed) {
    for (Weight weight : weights.all()) {
      set(weight.value(), weight.assign(), weight.tensorShape(), model.firstValues(weight, seed));
    }
    for (Optimizer.Slot slot : update.slots()) {
      float[] zeros = new float[slot.weight().size()];
      set(slot.value(), slot.assign(), slot.weight().tensorShape(), zeros);
    }
  }

  private void set(Placeholder<TFloat32> value, Op assign, Shape dims, float[] values) {
    try (TFloat32 tensor = Tensors.of(dims, values)) {
      session.runner().feed(value, tensor).addTarget(assign).run().close();
    }
  }

  /**
   * One step.
   *
   * @param x items, row-major
   * @param oneHot their classes, {@code [count, classes]}
   * @return the cross-entropy before it, nats
   */
  float step(float[] x, float[] oneHot, int count, double rate, long number) {
    float[] feeds = new float[update.fed().size()];
    Adam.DEFAULT.feeds(rate, number, feeds);
    try (Opened tensors = new Opened()) {
      Session.Runner runner =
          session
              .runner()
              .feed(items, tensor(tensors, VaeGraph.itemsShape(shape, count), x))
              .feed(targets, tensor(tensors, Shape.of(count, classes), oneHot));
      for (int i = 0; i < feeds.length; i++) {
        runner.feed(update.fed().get(i), tensor(tensors, Shape.scalar(), new float[] {feeds[i]}));
      }
      try (Result result = runner.addTarget(step).fetch(loss).run()) {
        return Tensors.read(result, 0, 1)[0];
      }
    }
  }

  /** Probabilities of the classes, {@code [count * classes]}. */
  float[] probabilities(float[] x, int count) {
    try (TFloat32 fed = Tensors.of(VaeGraph.itemsShape(shape, count), x);
        Result result = session.runner().feed(seen, fed).fetch(probabilities).run()) {
      return Tensors.read(result, 0, count * classes);
    }
  }

  /** The weights by name. */
  Map<String, float[]> weights() {
    Map<String, float[]> values = new LinkedHashMap<>();
    for (Weight weight : weights.all()) {
      try (Result result = session.runner().fetch(weight.variable()).run()) {
        values.put(weight.name(), Tensors.read(result, 0, weight.size()));
      }
    }
    return values;
  }

  private static TFloat32 tensor(Opened opened, Shape dims, float[] values) {
    return opened.add(Tensors.of(dims, values), TFloat32::close);
  }

  private static Placeholder<TFloat32> placeholder(Ops tf, String name, Shape dims) {
    return tf.withName(name).placeholder(TFloat32.class, Placeholder.shape(dims));
  }

  @Override
  public void close() {
    opened.close();
  }
}
