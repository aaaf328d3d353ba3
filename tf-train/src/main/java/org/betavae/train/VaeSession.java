package org.betavae.train;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.betavae.data.Batch;
import org.betavae.data.Dataset;
import org.betavae.data.ItemShape;
import org.betavae.train.checkpoint.Checkpoint;
import org.betavae.train.network.Weights.Weight;
import org.betavae.train.objective.Objective;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.RunOptions;
import org.tensorflow.proto.StepStats;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * Runs a {@link VaeGraph}: training steps, evaluation, and its state in and out. Not thread-safe;
 * {@code close()} may be called twice and must not overlap with a call.
 */
final class VaeSession implements AutoCloseable {
  private final Opened opened = new Opened();
  private final TrainConfig config;
  private final VaeGraph graph;
  private final Session session;
  private final SessionState state;
  private final Evaluator evaluator;
  private final TFloat32 items;
  private final TFloat32 noise;
  private final TInt32 random;
  private final ObjectiveFeeds objectiveFeeds;
  private final UpdateFeeds updateFeeds;
  private final Optional<Labels> labels;
  private final TFloat32 labelTensor;
  private final float[] labelValues;
  private final float[] terms;
  private final float[] epsilon;

  /** A session without labels. */
  VaeSession(TrainConfig config, ItemShape shape, long datasetSize, String device) {
    this(config, shape, datasetSize, Optional.empty(), device);
  }

  /**
   * A session whose weights are not set yet.
   *
   * @param datasetSize number of items that are trained on
   * @param labels of these items, if the objective has a supervised term
   */
  VaeSession(
      TrainConfig config,
      ItemShape shape,
      long datasetSize,
      Optional<Labels> labels,
      String device) {
    this(config, Model.of(config, shape), shape, datasetSize, labels, device);
  }

  /** The same of another network than the settings name. */
  VaeSession(
      TrainConfig config,
      Model model,
      ItemShape shape,
      long datasetSize,
      Optional<Labels> labels,
      String device) {
    this.config = config;
    this.labels = labels;
    int batch = config.batch();
    int labelWidth = labels.map(Labels::width).orElse(0);
    try {
      graph =
          opened.add(new VaeGraph(config, model, shape, datasetSize, labelWidth), VaeGraph::close);
      session =
          opened.add(
              new Session(graph.graph(), Devices.sessionConfig(config, device)), Session::close);
      state = new SessionState(session, graph.weights(), graph.training().updates());
      evaluator = new Evaluator(config, shape, graph, session);
      items = tensor(VaeGraph.itemsShape(shape, batch));
      noise = tensor(graph.noiseShape(batch));
      random = opened.add(TInt32.tensorOf(Shape.of(2)), TInt32::close);
      labelTensor = tensor(Shape.of(batch, labelWidth));
      objectiveFeeds = opened.add(new ObjectiveFeeds(graph, config, batch), ObjectiveFeeds::close);
      updateFeeds =
          opened.add(
              new UpdateFeeds(
                  graph.training().updates(), config.objective().discriminatorLearningRate()),
              UpdateFeeds::close);
    } catch (RuntimeException | Error e) {
      opened.close();
      throw e;
    }
    labelValues = new float[batch * labelWidth];
    terms = new float[termNames().size()];
    epsilon = new float[batch * graph.samples() * config.latent()];
  }

  /** A session to train on all items of a data set, with their labels where they are asked for. */
  static VaeSession onAll(TrainConfig config, Dataset data) {
    return new VaeSession(
        config,
        data.shape(),
        data.size(),
        Labels.of(config, data),
        Devices.resolve(config.run().device()));
  }

  private TFloat32 tensor(Shape shape) {
    return opened.add(TFloat32.tensorOf(shape), TFloat32::close);
  }

  /** Number of values that are trained and belong to the model. */
  long parameterCount() {
    return graph.weights().trained(Objective.ADVERSARY, false).stream()
        .mapToLong(Weight::size)
        .sum();
  }

  /** Names of the terms that {@link #step} gives. */
  List<String> termNames() {
    return graph.training().updates().names();
  }

  /** See {@link SessionState#initialize}. */
  void initialize() {
    state.initialize(config.seed(), graph.parts());
  }

  /** See {@link SessionState#all}. */
  Map<String, float[]> state() {
    return state.all();
  }

  /** All that goes on from a step, to be kept. */
  Checkpoint checkpoint(long step, Map<String, Double> progress) {
    return new Checkpoint(step, config.seed(), progress, state.all(), state.shapes());
  }

  /** See {@link SessionState#weights}. */
  Map<String, float[]> weights() {
    return state.weights();
  }

  /** See {@link SessionState#restore}. */
  void restore(Checkpoint checkpoint, String source) {
    state.restore(checkpoint, source);
  }

  /** See {@link SessionState#withAverages}. */
  <T> T withAverages(Supplier<T> body) {
    return state.withAverages(body);
  }

  /**
   * One optimiser step on a batch of the items that are trained on, with their labels; as {@link
   * #step(float[], long, double)} otherwise.
   */
  float[] step(Batch batch, long step, double rate) {
    feedLabels(batch);
    return step(batch.values(), step, rate);
  }

  private void feedLabels(Batch batch) {
    if (labels.isPresent()) {
      labels.get().read(batch.indices(), labelValues);
      Tensors.write(labelTensor, labelValues, labelValues.length);
    }
  }

  /**
   * One optimiser step.
   *
   * @param values {@code batch} items, row-major
   * @param step number of this step, from 1
   * @param rate learning rate
   * @return one value for each of {@link #termNames}, nats per image; valid until the next step
   */
  float[] step(float[] values, long step, double rate) {
    try (Result result = runner(values, step, rate).run()) {
      result.get(0).asRawTensor().data().asFloats().read(terms);
    }
    return terms;
  }

  /** One optimiser step, timed operator by operator; slower than {@link #step}. */
  StepStats profiledStep(Batch batch, long step, double rate) {
    feedLabels(batch);
    RunOptions trace =
        RunOptions.newBuilder().setTraceLevel(RunOptions.TraceLevel.FULL_TRACE).build();
    try (Result result =
        runner(batch.values(), step, rate).setOptions(trace).runAndFetchMetadata()) {
      return result.getMetadata().orElseThrow().getStepStats();
    }
  }

  private Session.Runner runner(float[] values, long step, double rate) {
    Seeds.gaussian(epsilon, epsilon.length, config.seed(), Seeds.NOISE, step);
    Tensors.write(items, values, (int) items.size());
    Tensors.write(noise, epsilon, epsilon.length);
    VaeGraph.Training t = graph.training();
    Session.Runner runner = session.runner().feed(t.items(), items).feed(t.noise(), noise);
    t.random()
        .ifPresent(
            r -> {
              Seeds.integers(random, config.seed(), step);
              runner.feed(r, random);
            });
    objectiveFeeds.feed(runner, step);
    t.labels().ifPresent(l -> runner.feed(l, labelTensor));
    updateFeeds.feed(runner, rate, step);
    return runner.addTarget(t.updates().run()).fetch(t.updates().terms());
  }

  /** {@link Evaluator#evaluate} without labels. */
  Evaluator.Evaluated evaluate(float[] values, int count, long stream, long step) {
    return evaluator.evaluate(values, count, Optional.empty(), stream, step);
  }

  /** See {@link Evaluator#decode}. */
  float[] decode(float[] z, int count) {
    return evaluator.decode(z, count);
  }

  /** Evaluates with the weights of this session; not while a step is done. */
  Evaluator evaluator() {
    return evaluator;
  }

  /** Of the items that are trained on. */
  Optional<Labels> labels() {
    return labels;
  }

  @Override
  public void close() {
    opened.close();
  }

  /** The graph that it runs. */
  VaeGraph graph() {
    return graph;
  }

  /** A run of the graph, for what is not asked for at every step. */
  Session.Runner runner() {
    return session.runner();
  }
}
