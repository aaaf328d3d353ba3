package org.betavae.train.optimizer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.betavae.train.network.Initializer;
import org.betavae.train.network.Weights;
import org.betavae.train.network.Weights.Weight;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Assign;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;

/** A kernel {@code [2,3]} and a bias {@code [3]} with an optimiser, whose gradients are fed. */
final class Rig implements AutoCloseable {
  private final Optimizer optimizer;
  private final Optional<WeightAverage> average;
  private final Graph graph = new Graph();
  private final Session session;
  private final List<Weight> weights;
  private final Map<String, Placeholder<TFloat32>> gradients = new LinkedHashMap<>();
  private final Optimizer.InGraph inGraph;
  private final WeightAverage.InGraph averages;

  Rig(Optimizer optimizer) {
    this(optimizer, Optional.empty());
  }

  Rig(Optimizer optimizer, Optional<WeightAverage> average) {
    this.optimizer = optimizer;
    this.average = average;
    Ops tf = Ops.create(graph);
    Weights all = new Weights(tf);
    all.get("layer/kernel", new long[] {2, 3}, Initializer.GLOROT_UNIFORM);
    all.get("layer/bias", new long[] {3}, Initializer.ZEROS);
    weights = List.copyOf(all.all());
    List<Output<TFloat32>> outputs = new ArrayList<>();
    for (Weight w : weights) {
      Placeholder<TFloat32> gradient =
          tf.placeholder(TFloat32.class, Placeholder.shape(w.tensorShape()));
      gradients.put(w.name(), gradient);
      outputs.add(gradient.asOutput());
    }
    // As a graph with two optimisers does it; slots must not wait for what has to be fed.
    Ops after = tf.withControlDependencyOps(tf.withName("caller").identity(outputs.get(0)).op());
    inGraph = optimizer.build(after, optimizer.name(), weights, outputs);
    averages = average.map(a -> a.build(tf, weights, inGraph.update())).orElse(null);
    session = new Session(graph);
    for (Optimizer.Slot slot : inGraph.slots()) {
      float[] values = new float[slot.weight().size()];
      Arrays.fill(values, slot.initialValue());
      assign(slot.weight(), slot.assign(), values);
    }
  }

  /** The same value in every element of both. */
  static Map<String, float[]> filled(float value) {
    float[] kernel = new float[6];
    float[] bias = new float[3];
    Arrays.fill(kernel, value);
    Arrays.fill(bias, value);
    return Map.of("layer/kernel", kernel, "layer/bias", bias);
  }

  Graph graph() {
    return graph;
  }

  void set(Map<String, float[]> values) {
    for (Weight w : weights) {
      assign(w, w.assign(), values.get(w.name()));
    }
    if (averages != null) {
      session.runner().addTarget(averages.initialize()).run().close();
    }
  }

  /** Runs step t. */
  void step(double rate, long t, Map<String, float[]> gradientValues) {
    float[] fed = new float[inGraph.fed().size()];
    optimizer.feeds(rate, t, fed);
    List<TFloat32> tensors = new ArrayList<>();
    Session.Runner runner = session.runner();
    for (int i = 0; i < fed.length; i++) {
      tensors.add(TFloat32.scalarOf(fed[i]));
      runner.feed(inGraph.fed().get(i), tensors.get(i));
    }
    for (Weight w : weights) {
      TFloat32 gradient = tensor(w, gradientValues.get(w.name()));
      tensors.add(gradient);
      runner.feed(gradients.get(w.name()), gradient);
    }
    Op update = inGraph.update();
    if (averages != null) {
      TFloat32 share = TFloat32.scalarOf(average.orElseThrow().share(t));
      tensors.add(share);
      runner.feed(averages.fed(), share);
      update = averages.update();
    }
    runner.addTarget(update).run().close();
    tensors.forEach(TFloat32::close);
  }

  Map<String, float[]> weights() {
    Map<String, float[]> values = new LinkedHashMap<>();
    weights.forEach(w -> values.put(w.name(), read(w.variable(), w)));
    return values;
  }

  /** The optimiser's slots and the averages. */
  Map<String, float[]> slots() {
    Map<String, float[]> values = new LinkedHashMap<>();
    allSlots().forEach(s -> values.put(s.name(), read(s.variable(), s.weight())));
    return values;
  }

  void restoreSlots(Map<String, float[]> values) {
    allSlots().forEach(s -> assign(s.weight(), s.assign(), values.get(s.name())));
  }

  @Override
  public void close() {
    session.close();
    graph.close();
  }

  private List<Optimizer.Slot> allSlots() {
    List<Optimizer.Slot> all = new ArrayList<>(inGraph.slots());
    if (averages != null) {
      all.addAll(averages.slots());
    }
    return all;
  }

  private void assign(Weight weight, Assign<TFloat32> assign, float[] values) {
    try (TFloat32 value = tensor(weight, values)) {
      session.runner().feed(weight.value(), value).addTarget(assign).run().close();
    }
  }

  private float[] read(Operand<TFloat32> variable, Weight weight) {
    try (Result result = session.runner().fetch(variable).run()) {
      float[] values = new float[weight.size()];
      result.get(0).asRawTensor().data().asFloats().read(values);
      return values;
    }
  }

  private static TFloat32 tensor(Weight weight, float[] values) {
    TFloat32 tensor = TFloat32.tensorOf(weight.tensorShape());
    tensor.asRawTensor().data().asFloats().write(values);
    return tensor;
  }
}
