package org.betavae.train;

import java.util.LinkedHashMap;
import java.util.Map;
import org.betavae.data.ItemShape;
import org.betavae.train.network.Weights.Weight;
import org.betavae.train.optimizer.Adam;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.core.Assign;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;

/**
 * Runs a {@link VaeGraph}: training steps, evaluation, and its state in and out. Not thread-safe;
 * {@code close()} may be called twice and must not overlap with a call.
 */
final class VaeSession implements AutoCloseable {
  private final TrainConfig config;
  private final ItemShape shape;
  private final VaeGraph graph;
  private final Session session;
  private final TFloat32 items;
  private final TFloat32 noise;
  private final TFloat32 correctedRate = TFloat32.scalarOf(0f);
  private final float[] terms = new float[3];
  private final float[] epsilon;
  private boolean closed;

  /** Nats per image of one training step. */
  record Step(double loss, double reconstruction, double kl) {}

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

  VaeSession(TrainConfig config, ItemShape shape, String device) {
    this.config = config;
    this.shape = shape;
    graph = new VaeGraph(config, shape);
    try {
      session = new Session(graph.graph(), Devices.sessionConfig(config, device));
    } catch (RuntimeException | Error e) {
      graph.close();
      throw e;
    }
    items = TFloat32.tensorOf(VaeGraph.itemsShape(shape, config.batch()));
    noise = TFloat32.tensorOf(Shape.of(config.batch(), config.latent()));
    epsilon = new float[config.batch() * config.latent()];
  }

  long parameterCount() {
    return graph.weights().parameterCount();
  }

  /** Sets weights to their first values and moments to zero. */
  void initialize() {
    for (Weight w : graph.weights().all()) {
      assign(w.value(), w.assign(), w.tensorShape(), w.initialValues(config.seed()));
    }
    for (Adam.Moments m : graph.training().adam().moments()) {
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
   */
  Step step(float[] values, long step, double rate) {
    Seeds.gaussian(epsilon, epsilon.length, config.seed(), Seeds.NOISE, step);
    items.asRawTensor().data().asFloats().write(values, 0, (int) items.size());
    noise.asRawTensor().data().asFloats().write(epsilon);
    correctedRate.setFloat(Adam.DEFAULT.correctedRate(rate, step));
    VaeGraph.Training t = graph.training();
    try (Result result =
        session
            .runner()
            .feed(t.items(), items)
            .feed(t.noise(), noise)
            .feed(t.adam().correctedRate(), correctedRate)
            .addTarget(t.adam().update())
            .fetch(t.terms())
            .run()) {
      result.get(0).asRawTensor().data().asFloats().read(terms);
    }
    return new Step(terms[0], terms[1], terms[2]);
  }

  /**
   * Posterior and terms of {@code count} items.
   *
   * @param stream picks the noise, so that the same items get the same noise in every validation
   */
  Evaluated evaluate(float[] values, int count, long stream) {
    int latents = count * config.latent();
    float[] draws = new float[latents];
    Seeds.gaussian(draws, latents, config.seed(), Seeds.VALIDATION, stream);
    VaeGraph.Evaluation e = graph.evaluation();
    try (TFloat32 x = tensor(VaeGraph.itemsShape(shape, count), values);
        TFloat32 n = tensor(Shape.of(count, config.latent()), draws);
        Result result =
            session
                .runner()
                .feed(e.items(), x)
                .feed(e.noise(), n)
                .fetch(e.mean())
                .fetch(e.logVar())
                .fetch(e.loss())
                .fetch(e.reconstruction())
                .fetch(e.kl())
                .run()) {
      return new Evaluated(result, count, latents);
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
    for (Adam.Moments m : graph.training().adam().moments()) {
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
    StateCheck.requireFits(graph.weights().all(), state, source);
    for (Weight w : graph.weights().all()) {
      assign(w.value(), w.assign(), w.tensorShape(), state.get(w.name()));
    }
    for (Adam.Moments m : graph.training().adam().moments()) {
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
      correctedRate.close();
    }
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
    tensor.asRawTensor().data().asFloats().write(values, 0, (int) tensor.size());
    return tensor;
  }

  private static float[] floats(Result result, int index, int size) {
    float[] values = new float[size];
    result.get(index).asRawTensor().data().asFloats().read(values);
    return values;
  }
}
