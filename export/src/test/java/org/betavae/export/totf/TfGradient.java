package org.betavae.export.totf;

import static java.util.stream.Collectors.toSet;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.betavae.export.Tensor;
import org.betavae.export.TensorSpec;
import org.betavae.export.TfModel;
import org.betavae.export.TfTensors;
import org.betavae.export.tf.GraphDefWriter;
import org.betavae.export.tf.TfNode;
import org.tensorflow.Graph;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * The gradient of a weighted sum of an output of an imported model, as TensorFlow Java takes it.
 */
final class TfGradient implements AutoCloseable {
  private static final Pattern MISSING = Pattern.compile("No gradient defined for op: (\\w+)");

  /** About how many elements of a weight are compared, from all over it. */
  private static final int MOST_ELEMENTS = 12;

  private final Graph graph = new Graph();
  private final List<TfNode> variables = new ArrayList<>();
  private final Map<String, Tensor> values = new HashMap<>();
  private final Map<String, Tensor> inputs = new HashMap<>();
  private final Set<String> missing = new TreeSet<>();
  private Output<?> loss;
  private Output<?>[] gradients = {};
  private Session session;

  private TfGradient() {}

  /**
   * Takes the gradient.
   *
   * @param output of float32
   * @param inputs what to feed
   */
  static TfGradient of(TfModel model, String output, Map<String, Tensor> inputs) {
    TfGradient g = new TfGradient();
    Set<String> read = model.inputs().stream().map(TensorSpec::name).collect(toSet());
    inputs.forEach(
        (name, t) -> {
          if (read.contains(name)) {
            g.inputs.put(name, t);
          }
        });
    GraphDefWriter.Frozen frozen = GraphDefWriter.frozen(model.graph());
    g.graph.importGraphDef(frozen.graph());
    model.graph().nodes().stream()
        .filter(n -> n.variable() == TfNode.Variable.TRAINABLE)
        .forEach(g.variables::add);
    g.variables.forEach(v -> g.values.put(v.name(), v.value()));
    g.differentiate(frozen.outputs().get(output));
    g.session = new Session(g.graph);
    return g;
  }

  private void differentiate(String of) {
    String[] at = of.split(":", 2);
    int index = at.length == 1 ? 0 : Integer.parseInt(at[1]);
    Output<TFloat32> y = graph.operation(at[0]).output(index);
    Ops tf = Ops.create(graph);
    var flat = tf.reshape(y, tf.constant(new int[] {-1}));
    var numbers = tf.range(tf.constant(0), tf.size(flat), tf.constant(1));
    // Not all alike, so that what adds up to a constant has a gradient too.
    var weights =
        tf.math.sin(tf.math.add(tf.dtypes.cast(numbers, TFloat32.class), tf.constant(1f)));
    loss = tf.sum(tf.math.mul(flat, weights), tf.constant(new int[] {0})).asOutput();
    Output<?>[] of2 =
        variables.stream().map(v -> graph.operation(v.name()).output(0)).toArray(Output<?>[]::new);
    try {
      gradients = graph.addGradients(loss, of2);
    } catch (RuntimeException e) {
      Matcher m = MISSING.matcher(String.valueOf(e.getMessage()));
      if (!m.find()) {
        throw e;
      }
      missing.add(m.group(1));
    }
  }

  /** The operator that has no gradient; empty if all have one. */
  Set<String> missing() {
    return missing;
  }

  /** How the gradient differs from central differences over twice a step; empty if it does not. */
  Optional<String> difference(double step, double tolerance) {
    for (int i = 0; i < variables.size(); i++) {
      Tensor value = values.get(variables.get(i).name());
      Tensor given = isThere(gradients[i]) ? run(gradients[i], Map.of()) : null;
      for (int k = 0; k < value.size(); k += Math.max(1, value.size() / MOST_ELEMENTS)) {
        double by = (loss(i, k, step) - loss(i, k, -step)) / (2 * step);
        double have = given == null ? 0 : given.doubleAt(k);
        if (!(Math.abs(by - have) <= tolerance * Math.max(1, Math.abs(by)))) {
          String of = variables.get(i).name() + "[" + k + "]";
          return Optional.of("the gradient of " + of + " is " + have + ", differences give " + by);
        }
      }
    }
    return Optional.empty();
  }

  /** TensorFlow Java gives an output of no operation where nothing depends on a variable. */
  private static boolean isThere(Output<?> gradient) {
    try {
      return gradient != null && !gradient.op().name().isEmpty();
    } catch (IllegalStateException e) {
      return false;
    }
  }

  private double loss(int variable, int element, double step) {
    Tensor value = values.get(variables.get(variable).name());
    Tensor moved =
        Tensor.ofDoubles(
            value.type(), value.shape(), j -> value.doubleAt(j) + (j == element ? step : 0));
    return run(loss, Map.of(variables.get(variable).name(), moved)).doubleAt(0);
  }

  private Tensor run(Output<?> fetch, Map<String, Tensor> fed) {
    List<org.tensorflow.Tensor> open = new ArrayList<>();
    try {
      Session.Runner runner = session.runner().fetch(fetch);
      fed.forEach((name, t) -> feed(runner, name, TfTensors.open(t), open));
      inputs.forEach((name, t) -> feed(runner, name, TfTensors.open(t), open));
      try (Result result = runner.run()) {
        return TfTensors.copy(result.get(0));
      }
    } finally {
      open.forEach(org.tensorflow.Tensor::close);
    }
  }

  private static void feed(
      Session.Runner runner,
      String name,
      org.tensorflow.Tensor t,
      List<org.tensorflow.Tensor> open) {
    open.add(t);
    runner.feed(name, t);
  }

  @Override
  public void close() {
    if (session != null) {
      session.close();
    }
    graph.close();
  }
}
