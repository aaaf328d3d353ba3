package org.betavae.train.imported;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.betavae.train.network.Pass;
import org.betavae.train.network.WeightRules;
import org.betavae.train.network.Weights;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;

/** An imported graph in a training pass with the sum of its squared outputs as a loss. */
final class GraphRig implements AutoCloseable {
  private final Graph graph = new Graph();
  private final Session session;
  private final Weights weights;
  private final Placeholder<TFloat32> input;
  private final Operand<TFloat32> loss;
  private final List<Weights.Weight> trained;
  private final Output<?>[] gradients;

  GraphRig(ImportedGraph source, long[] shape, boolean statisticsMove) {
    Ops tf = Ops.create(graph);
    weights = new Weights(tf, new WeightRules(List.of(), statisticsMove, Map.of()));
    input = tf.withName("rig").placeholder(TFloat32.class, Placeholder.shape(Shape.of(shape)));
    Pass pass = Pass.training(tf.withSubScope("graph"), weights);
    Replay replay = new Replay(source, pass, Map.of(source.input(), input));
    List<Operand<TFloat32>> parts = new ArrayList<>();
    source
        .graph()
        .outputs()
        .forEach(
            o -> {
              Operand<TFloat32> flat =
                  tf.reshape(replay.floats(o.value()), tf.constant(new int[] {-1}));
              parts.add(tf.math.mean(tf.math.square(flat), tf.constant(0)));
            });
    loss = tf.math.addN(parts);
    trained = weights.trained("", true);
    gradients =
        graph.addGradients(
            loss.asOutput(),
            trained.stream().map(w -> w.variable().asOutput()).toArray(Output<?>[]::new));
    session = new Session(graph);
    set(Map.of());
  }

  /** Sets all weights: to these values, or to those of the export. */
  void set(Map<String, float[]> values) {
    Map<String, TFloat32> fed = new HashMap<>();
    Session.Runner runner = session.runner();
    for (Weights.Weight w : weights.all()) {
      TFloat32 value = TFloat32.tensorOf(w.tensorShape());
      fed.put(w.name(), value);
      value
          .asRawTensor()
          .data()
          .asFloats()
          .write(values.getOrDefault(w.name(), w.initialValues(0)));
      runner.feed(w.value(), value).addTarget(w.assign());
    }
    runner.run().close();
    fed.values().forEach(TFloat32::close);
  }

  float loss(long[] shape, float[] values) {
    try (TFloat32 x = TFloat32.tensorOf(Shape.of(shape))) {
      x.asRawTensor().data().asFloats().write(values);
      try (Result result = session.runner().feed(input, x).fetch(loss).run()) {
        return ((TFloat32) result.get(0)).getFloat();
      }
    }
  }

  /** Gradients of all weights that are trained; null where none flows. */
  Map<String, float[]> gradients(long[] shape, float[] values) {
    Map<String, float[]> all = new LinkedHashMap<>();
    try (TFloat32 x = TFloat32.tensorOf(Shape.of(shape))) {
      x.asRawTensor().data().asFloats().write(values);
      for (int i = 0; i < gradients.length; i++) {
        if (gradients[i] == null) {
          all.put(trained.get(i).name(), null);
          continue;
        }
        try (Result result = session.runner().feed(input, x).fetch(gradients[i]).run()) {
          float[] g = new float[trained.get(i).size()];
          result.get(0).asRawTensor().data().asFloats().read(g);
          all.put(trained.get(i).name(), g);
        }
      }
    }
    return all;
  }

  /** The values of the export moved against a gradient. */
  Map<String, float[]> moved(Map<String, float[]> by, double rate) {
    Map<String, float[]> moved = new LinkedHashMap<>();
    for (Weights.Weight w : weights.all()) {
      float[] values = w.initialValues(0);
      float[] g = by.get(w.name());
      for (int i = 0; g != null && i < values.length; i++) {
        values[i] -= (float) (rate * g[i]);
      }
      moved.put(w.name(), values);
    }
    return moved;
  }

  @Override
  public void close() {
    session.close();
    graph.close();
  }
}
