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

/** Evaluates formulas built with graph operations, and their gradients, for one test. */
final class Formula {
  /** Builds the formula from its inputs by name. */
  interface Body {
    Operand<TFloat32> build(Ops tf, Map<String, Operand<TFloat32>> inputs);
  }

  /** Builds several formulas by name, which may have weights. */
  interface Bodies {
    Map<String, Operand<TFloat32>> build(Pass pass, Map<String, Operand<TFloat32>> inputs);
  }

  /** Value and, by input, gradient of the sum of the value. */
  record Outcome(List<Float> value, Map<String, List<Float>> gradients) {}

  /** Values by name and, by input or weight, gradient of the sum of one of them. */
  record Outcomes(Map<String, List<Float>> values, Map<String, List<Float>> gradients) {}

  private final Map<String, long[]> shapes = new LinkedHashMap<>();
  private final Map<String, float[]> values = new LinkedHashMap<>();
  private final Map<String, float[]> weightValues = new LinkedHashMap<>();

  /** A pass that only evaluates, for formulas that want one. */
  static Pass pass(Ops tf) {
    return Pass.inference(tf, new Weights(tf));
  }

  /** A formula with variables, which have their first values. */
  interface OfPass {
    Operand<TFloat32> build(Pass pass, Map<String, Operand<TFloat32>> inputs);
  }

  Formula with(String name, float[] value, long... shape) {
    shapes.put(name, shape);
    values.put(name, value);
    return this;
  }

  /** Value of a weight that the body asks for; the others have their first values. */
  Formula withWeight(String name, float[] value) {
    weightValues.put(name, value);
    return this;
  }

  Outcome evaluate(Body body, String... differentiated) {
    return evaluateWithWeights((pass, inputs) -> body.build(pass.tf(), inputs), differentiated);
  }

  Outcome evaluateWithWeights(OfPass body, String... differentiated) {
    Outcomes all =
        evaluateAll(
            (pass, inputs) -> Map.of("value", body.build(pass, inputs)), "value", differentiated);
    return new Outcome(all.values().get("value"), all.gradients());
  }

  /** Several formulas; the gradients are those of the one of that name. */
  Outcomes evaluateAll(Bodies bodies, String name, String... differentiated) {
    try (Graph graph = new Graph();
        Session session = new Session(graph)) {
      Ops tf = Ops.create(graph);
      Weights weights = new Weights(tf);
      Map<String, Operand<TFloat32>> inputs = new LinkedHashMap<>();
      shapes.forEach(
          (input, shape) ->
              inputs.put(
                  input,
                  tf.withName(input)
                      .placeholder(TFloat32.class, Placeholder.shape(Shape.of(shape)))));
      Map<String, Operand<TFloat32>> built =
          new LinkedHashMap<>(bodies.build(Pass.inference(tf, weights), inputs));
      weights.all().forEach(w -> initialize(session, w));
      List<Operand<?>> fetches = new ArrayList<>(built.values());
      if (differentiated.length > 0) {
        Output<?>[] by = new Output<?>[differentiated.length];
        for (int i = 0; i < by.length; i++) {
          Operand<TFloat32> input = inputs.get(differentiated[i]);
          by[i] = (input == null ? weights.find(differentiated[i]).variable() : input).asOutput();
        }
        fetches.addAll(List.of(graph.addGradients(built.get(name).asOutput(), by)));
      }
      return run(session, inputs, List.copyOf(built.keySet()), fetches, differentiated);
    }
  }

  private void initialize(Session session, Weight weight) {
    float[] first = weightValues.getOrDefault(weight.name(), weight.initialValues(0));
    try (TFloat32 tensor = TFloat32.tensorOf(weight.tensorShape())) {
      tensor.asRawTensor().data().asFloats().write(first);
      session.runner().feed(weight.value(), tensor).addTarget(weight.assign()).run().close();
    }
  }

  private Outcomes run(
      Session session,
      Map<String, Operand<TFloat32>> inputs,
      List<String> names,
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
        Map<String, List<Float>> found = new LinkedHashMap<>();
        for (int i = 0; i < names.size(); i++) {
          found.put(names.get(i), floats(result, i));
        }
        Map<String, List<Float>> gradients = new LinkedHashMap<>();
        for (int i = 0; i < differentiated.length; i++) {
          gradients.put(differentiated[i], floats(result, names.size() + i));
        }
        return new Outcomes(found, gradients);
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
