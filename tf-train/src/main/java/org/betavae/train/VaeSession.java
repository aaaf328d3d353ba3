package org.betavae.train;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.betavae.data.ItemShape;
import org.betavae.train.network.Weights.Weight;
import org.betavae.train.objective.Draw;
import org.betavae.train.objective.Objective;
import org.betavae.train.optimizer.Adam;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.core.Assign;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.proto.RunOptions;
import org.tensorflow.proto.StepStats;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * Runs a {@link VaeGraph}: training steps, evaluation, and its state in and out. Not thread-safe;
 * {@code close()} may be called twice and must not overlap with a call.
 */
final class VaeSession implements AutoCloseable {
  /** The discriminator's learning rate in disentanglement_lib. */
  private static final double ADVERSARY_RATE = 1e-4;

  private final TrainConfig config;
  private final ItemShape shape;
  private final VaeGraph graph;
  private final Session session;
  private final TFloat32 items;
  private final TFloat32 noise;
  private final TInt32 random = TInt32.tensorOf(Shape.of(2));
  private final TFloat32 controls;
  private final List<TFloat32> draws = new ArrayList<>();
  private final List<TFloat32> rates = new ArrayList<>();
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

    /** KL, nats, {@code [n * latent]}. */
    final float[] kl;

    private Evaluated(Result result, int count, int latents) {
      mean = floats(result, 0, latents);
      logVar = floats(result, 1, latents);
      loss = floats(result, 2, 1)[0];
      reconstruction = floats(result, 3, count);
      kl = floats(result, 4, latents);
    }
  }

  VaeSession(TrainConfig config, ItemShape shape, long datasetSize, String device) {
    this.config = config;
    this.shape = shape;
    graph = new VaeGraph(config, shape, datasetSize);
    try {
      session = new Session(graph.graph(), Devices.sessionConfig(config, device));
    } catch (RuntimeException | Error e) {
      graph.close();
      throw e;
    }
    Objective objective = graph.objective();
    items = TFloat32.tensorOf(VaeGraph.itemsShape(shape, config.batch()));
    noise = TFloat32.tensorOf(Shape.of(config.batch(), config.latent()));
    controlValues = new float[objective.controls().size()];
    controls = TFloat32.tensorOf(Shape.of(controlValues.length));
    for (Draw draw : objective.draws()) {
      draws.add(TFloat32.tensorOf(Shape.of(draw.rowsFor(config.batch()), config.latent())));
    }
    graph.training().optimizers().forEach(o -> rates.add(TFloat32.scalarOf(0f)));
    terms = new float[graph.training().names().size()];
    epsilon = new float[config.batch() * config.latent()];
  }

  /** Number of values that are trained and belong to the model. */
  long parameterCount() {
    return graph.weights().trained(Objective.ADVERSARY, false).stream()
        .mapToLong(Weight::size)
        .sum();
  }

  /** Names of the terms that {@link #step} gives. */
  List<String> termNames() {
    return graph.training().names();
  }

  /** Sets weights to their first values and moments to zero. */
  void initialize() {
    for (Weight w : graph.weights().all()) {
      assign(w.value(), w.assign(), w.tensorShape(), w.initialValues(config.seed()));
    }
    for (Adam.Moments m : moments()) {
      float[] zeros = new float[m.weight().size()];
      assign(m.value(), m.assignFirst(), m.weight().tensorShape(), zeros);
      assign(m.value(), m.assignSecond(), m.weight().tensorShape(), zeros);
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
    for (int i = 0; i < rates.size(); i++) {
      VaeGraph.Optimized o = t.optimizers().get(i);
      double own = o.adversary() ? ADVERSARY_RATE : rate;
      rates.get(i).setFloat(o.rule().correctedRate(own, step));
      runner.feed(o.adam().correctedRate(), rates.get(i));
    }
    return runner.addTarget(t.update()).fetch(t.terms());
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
    float[] noiseValues = new float[latents];
    Seeds.gaussian(noiseValues, latents, config.seed(), Seeds.VALIDATION, stream);
    VaeGraph.Evaluation e = graph.evaluation();
    List<TFloat32> drawTensors = new ArrayList<>();
    try (TFloat32 x = tensor(VaeGraph.itemsShape(shape, count), values);
        TFloat32 n = tensor(Shape.of(count, config.latent()), noiseValues)) {
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
              .fetch(e.kl())
              .run()) {
        return new Evaluated(result, count, latents);
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

  /** Weights and moments by name, as a checkpoint holds them. */
  Map<String, float[]> state() {
    Map<String, float[]> state = new LinkedHashMap<>(weights());
    for (Adam.Moments m : moments()) {
      state.put("adam/" + m.weight().name() + "/m", read(m.first(), m.weight().size()));
      state.put("adam/" + m.weight().name() + "/v", read(m.second(), m.weight().size()));
    }
    return state;
  }

  /** Weights alone, by name. */
  Map<String, float[]> weights() {
    Map<String, float[]> values = new LinkedHashMap<>();
    for (Weight w : graph.weights().all()) {
      values.put(w.name(), read(w.variable(), w.size()));
    }
    return values;
  }

  /**
   * Takes weights and moments from a checkpoint.
   *
   * @throws TrainException if names or sizes differ; lists every difference
   */
  void restore(Map<String, float[]> state, String source) {
    StateCheck.requireFits(graph.weights().all(), moments(), state, source);
    for (Weight w : graph.weights().all()) {
      assign(w.value(), w.assign(), w.tensorShape(), state.get(w.name()));
    }
    for (Adam.Moments m : moments()) {
      String name = "adam/" + m.weight().name();
      assign(m.value(), m.assignFirst(), m.weight().tensorShape(), state.get(name + "/m"));
      assign(m.value(), m.assignSecond(), m.weight().tensorShape(), state.get(name + "/v"));
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
      draws.forEach(TFloat32::close);
      rates.forEach(TFloat32::close);
    }
  }

  private List<Adam.Moments> moments() {
    return graph.training().optimizers().stream()
        .flatMap(o -> o.adam().moments().stream())
        .toList();
  }

  private static void write(TFloat32 tensor, float[] values, int count) {
    tensor.asRawTensor().data().asFloats().write(values, 0, count);
  }

  private void assign(
      Placeholder<TFloat32> placeholder, Assign<TFloat32> assign, Shape dims, float[] values) {
    try (TFloat32 value = tensor(dims, values)) {
      session.runner().feed(placeholder, value).addTarget(assign).run().close();
    }
  }

  private float[] read(Operand<TFloat32> variable, int size) {
    try (Result result = session.runner().fetch(variable).run()) {
      return floats(result, 0, size);
    }
  }

  private static TFloat32 tensor(Shape dims, float[] values) {
    TFloat32 tensor = TFloat32.tensorOf(dims);
    write(tensor, values, (int) tensor.size());
    return tensor;
  }

  private static float[] floats(Result result, int index, int size) {
    float[] values = new float[size];
    result.get(index).asRawTensor().data().asFloats().read(values);
    return values;
  }
}
