package org.betavae.train.objective;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.betavae.train.network.Pass;
import org.betavae.train.network.Weights;
import org.betavae.train.network.Weights.Weight;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;

/** Evaluates a formula built with graph operations, and its gradients, for one test. */
final class Formula {
  /** Builds the formula from its inputs by name. */
  interface Body {
    Operand<TFloat32> build(Ops tf, Map<String, Operand<TFloat32>> inputs);
  }

  /** Value and, by input, gradient of the sum of the value. */
  record Outcome(List<Float> value, Map<String, List<Float>> gradients) {}

  private final Map<String, long[]> shapes = new LinkedHashMap<>();
  private final Map<String, float[]> values = new LinkedHashMap<>();

  /** A pass that only evaluates, for formulas that want one. */
  static Pass pass(Ops tf) {
    return Pass.inference(tf, new Weights(tf));
  }

  /** A formula with variables, which have their first values. */
  interface OfPass {
    Operand<TFloat32> build(Pass pass, Map<String, Operand<TFloat32>> inputs);
  }

  Outcome evaluateWithWeights(OfPass body, String... differentiated) {
    Weights[] weights = new Weights[1];
    return evaluate(
        (tf, in) -> {
          weights[0] = new Weights(tf);
          return body.build(Pass.inference(tf, weights[0]), in);
        },
        weights,
        differentiated);
  }

  Formula with(String name, float[] value, long... shape) {
    shapes.put(name, shape);
    values.put(name, value);
    return this;
  }

  Outcome evaluate(Body body, String... differentiated) {
    return evaluate(body, new Weights[1], differentiated);
  }

  private Outcome evaluate(Body body, Weights[] weights, String[] differentiated) {
    try (Graph graph = new Graph();
        Session session = new Session(graph)) {
      Ops tf = Ops.create(graph);
      Map<String, Operand<TFloat32>> inputs = new LinkedHashMap<>();
      shapes.forEach(
          (name, shape) ->
              inputs.put(
                  name,
                  tf.withName(name)
                      .placeholder(TFloat32.class, Placeholder.shape(Shape.of(shape)))));
      Operand<TFloat32> out = body.build(tf, inputs);
      List<Operand<?>> fetches = new ArrayList<>(List.of(out));
      if (differentiated.length > 0) {
        Output<?>[] by = new Output<?>[differentiated.length];
        for (int i = 0; i < by.length; i++) {
          by[i] = inputs.get(differentiated[i]).asOutput();
        }
        fetches.addAll(List.of(graph.addGradients(out.asOutput(), by)));
      }
      if (weights[0] != null) {
        initialize(session, weights[0]);
      }
      return run(session, inputs, fetches, differentiated);
    }
  }

  private static void initialize(Session session, Weights weights) {
    for (Weight w : weights.all()) {
      try (TFloat32 value = TFloat32.tensorOf(w.tensorShape())) {
        value.asRawTensor().data().asFloats().write(w.initialValues(0));
        session.runner().feed(w.value(), value).addTarget(w.assign()).run().close();
      }
    }
  }

  private Outcome run(
      Session session,
      Map<String, Operand<TFloat32>> inputs,
      List<Operand<?>> fetches,
      String[] differentiated) {
    List<TFloat32> fed = new ArrayList<>();
    try {
      Session.Runner runner = session.runner();
      values.forEach(
          (name, value) -> {
            TFloat32 tensor = TFloat32.tensorOf(Shape.of(shapes.get(name)));
            fed.add(tensor);
            tensor.asRawTensor().data().asFloats().write(value);
            runner.feed(inputs.get(name), tensor);
          });
      fetches.forEach(runner::fetch);
      try (Result result = runner.run()) {
        Map<String, List<Float>> gradients = new LinkedHashMap<>();
        for (int i = 0; i < differentiated.length; i++) {
          gradients.put(differentiated[i], floats(result, i + 1));
        }
        return new Outcome(floats(result, 0), gradients);
      }
    } finally {
      fed.forEach(TFloat32::close);
    }
  }

  private static List<Float> floats(Result result, int index) {
    float[] values = new float[(int) result.get(index).shape().size()];
    result.get(index).asRawTensor().data().asFloats().read(values);
    List<Float> list = new ArrayList<>();
    for (float value : values) {
      list.add(value);
    }
    return list;
  }
}
