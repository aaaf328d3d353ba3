package org.betavae.train;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.betavae.data.Batch;
import org.betavae.data.ItemShape;
import org.betavae.train.checkpoint.Checkpoint;
import org.betavae.train.network.Weights.Weight;
import org.betavae.train.objective.Draw;
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
  private final TrainConfig config;
  private final ItemShape shape;
  private final VaeGraph graph;
  private final Session session;
  private final SessionState state;
  private final TFloat32 items;
  private final TFloat32 noise;
  private final TInt32 random = TInt32.tensorOf(Shape.of(2));
  private final TFloat32 controls;
  private final List<TFloat32> draws = new ArrayList<>();
  private final UpdateFeeds updateFeeds;
  private final Optional<Labels> labels;
  private final TFloat32 labelTensor;
  private final float[] labelValues;
  private final float[] terms;
  private final float[] epsilon;
  private final float[] controlValues;
  private boolean closed;

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

    private Evaluated(Result result, int count, int latents, boolean mixture) {
      mean = floats(result, 0, latents);
      logVar = floats(result, 1, latents);
      loss = floats(result, 2, 1)[0];
      reconstruction = floats(result, 3, count);
      klPerLatent = floats(result, 4, latents);
      kl = new double[count];
      float[] sampled = floats(result, 5, count);
      for (int i = 0; i < count; i++) {
        kl[i] = mixture ? sampled[i] : sum(klPerLatent, i * latents / count, latents / count);
      }
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
    this.config = config;
    this.shape = shape;
    this.labels = labels;
    int labelWidth = labels.map(Labels::width).orElse(0);
    graph = new VaeGraph(config, shape, datasetSize, labelWidth);
    try {
      session = new Session(graph.graph(), Devices.sessionConfig(config, device));
    } catch (RuntimeException | Error e) {
      graph.close();
      throw e;
    }
    state = new SessionState(session, graph.weights(), graph.training().updates());
    updateFeeds =
        new UpdateFeeds(graph.training().updates(), config.objective().discriminatorLearningRate());
    Objective objective = graph.objective();
    items = TFloat32.tensorOf(VaeGraph.itemsShape(shape, config.batch()));
    noise = TFloat32.tensorOf(noiseShape(config.batch()));
    controlValues = new float[objective.controls().size()];
    controls = TFloat32.tensorOf(Shape.of(controlValues.length));
    for (Draw draw : objective.draws()) {
      draws.add(TFloat32.tensorOf(Shape.of(draw.rowsFor(config.batch()), config.latent())));
    }
    labelValues = new float[config.batch() * labelWidth];
    labelTensor = TFloat32.tensorOf(Shape.of(config.batch(), labelWidth));
    terms = new float[termNames().size()];
    epsilon = new float[config.batch() * graph.samples() * config.latent()];
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
    state.initialize(config.seed());
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
    labels.ifPresent(
        l -> {
          l.read(batch.indices(), labelValues);
          write(labelTensor, labelValues, labelValues.length);
        });
    return step(batch.values(), step, rate);
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
  StepStats profiledStep(float[] values, long step, double rate) {
    RunOptions trace =
        RunOptions.newBuilder().setTraceLevel(RunOptions.TraceLevel.FULL_TRACE).build();
    try (Result result = runner(values, step, rate).setOptions(trace).runAndFetchMetadata()) {
      return result.getMetadata().orElseThrow().getStepStats();
    }
  }

  private Session.Runner runner(float[] values, long step, double rate) {
    Seeds.gaussian(epsilon, epsilon.length, config.seed(), Seeds.NOISE, step);
    write(items, values, (int) items.size());
    write(noise, epsilon, epsilon.length);
    VaeGraph.Training t = graph.training();
    Session.Runner runner = session.runner().feed(t.items(), items).feed(t.noise(), noise);
    t.random()
        .ifPresent(
            r -> {
              Seeds.integers(random, config.seed(), step);
              runner.feed(r, random);
            });
    feedObjective(runner, step, config.batch(), draws);
    t.labels().ifPresent(l -> runner.feed(l, labelTensor));
    updateFeeds.feed(runner, rate, step);
    return runner.addTarget(t.updates().run()).fetch(t.updates().terms());
  }

  /** Feeds what the objective wants at a step. */
  private void feedObjective(
      Session.Runner runner, long step, int batch, List<TFloat32> drawTensors) {
    VaeGraph.Fed fed = graph.fed();
    fed.controls()
        .ifPresent(
            c -> {
              graph.objective().controlsAt(Math.max(1, step), controlValues);
              write(controls, controlValues, controlValues.length);
              runner.feed(c, controls);
            });
    List<Draw> wanted = graph.objective().draws();
    for (int i = 0; i < wanted.size(); i++) {
      TFloat32 tensor = drawTensors.get(i);
      float[] values = new float[wanted.get(i).rowsFor(batch) * config.latent()];
      Seeds.draw(values, wanted.get(i).kind(), config.seed(), Seeds.OBJECTIVE + i, step);
      write(tensor, values, values.length);
      runner.feed(fed.draws().get(i), tensor);
    }
  }

  /**
   * Posterior and terms of {@code count} items.
   *
   * @param stream picks the noise, so that the same items get the same noise in every validation
   * @param step steps done, which the objective's controls depend upon
   */
  Evaluated evaluate(float[] values, int count, long stream, long step) {
    int latents = count * config.latent();
    float[] noiseValues = new float[latents * graph.samples()];
    Seeds.gaussian(noiseValues, noiseValues.length, config.seed(), Seeds.VALIDATION, stream);
    VaeGraph.Evaluation e = graph.evaluation();
    List<TFloat32> drawTensors = new ArrayList<>();
    try (TFloat32 x = tensor(VaeGraph.itemsShape(shape, count), values);
        TFloat32 n = tensor(noiseShape(count), noiseValues)) {
      for (Draw draw : graph.objective().draws()) {
        drawTensors.add(TFloat32.tensorOf(Shape.of(draw.rowsFor(count), config.latent())));
      }
      Session.Runner runner = session.runner().feed(e.items(), x).feed(e.noise(), n);
      feedObjective(runner, step, count, drawTensors);
      try (Result result =
          runner
              .fetch(e.mean())
              .fetch(e.logVar())
              .fetch(e.loss())
              .fetch(e.reconstruction())
              .fetch(e.klPerLatent())
              .fetch(e.kl())
              .run()) {
        return new Evaluated(result, count, latents, e.prior().isPresent());
      }
    } finally {
      drawTensors.forEach(TFloat32::close);
    }
  }

  /** Mean of the likelihood for {@code count} latent vectors, in the items' own layout. */
  float[] decode(float[] z, int count) {
    VaeGraph.Evaluation e = graph.evaluation();
    try (TFloat32 latents = tensor(Shape.of(count, config.latent()), z);
        Result result = session.runner().feed(e.z(), latents).fetch(e.decoded()).run()) {
      return floats(result, 0, count * shape.size());
    }
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      session.close();
      graph.close();
      items.close();
      noise.close();
      random.close();
      controls.close();
      labelTensor.close();
      draws.forEach(TFloat32::close);
      updateFeeds.close();
    }
  }

  /** The graph that it runs. */
  VaeGraph graph() {
    return graph;
  }

  /** A run of the graph, for what is not asked for at every step. */
  Session.Runner runner() {
    return session.runner();
  }

  /** Shape of the noise for so many items. */
  Shape noiseShape(int count) {
    return Shape.of((long) count * graph.samples(), config.latent());
  }

  private static void write(TFloat32 tensor, float[] values, int count) {
    tensor.asRawTensor().data().asFloats().write(values, 0, count);
  }

  static TFloat32 tensor(Shape dims, float[] values) {
    TFloat32 tensor = TFloat32.tensorOf(dims);
    write(tensor, values, (int) tensor.size());
    return tensor;
  }

  static float[] floats(Result result, int index, int size) {
    float[] values = new float[size];
    result.get(index).asRawTensor().data().asFloats().read(values);
    return values;
  }
}
