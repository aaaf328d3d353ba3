package org.betavae.train.imported;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.betavae.data.ItemShape;
import org.betavae.export.tf.TfNode;
import org.betavae.train.network.Network;
import org.betavae.train.network.Pass;
import org.betavae.train.network.WeightRules;
import org.betavae.train.network.Weights;
import org.betavae.train.network.Weights.Weight;
import org.tensorflow.Graph;
import org.tensorflow.GraphOperation;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;

/**
 * Whether gradients reach the weights of a network, found by asking TensorFlow for them: an
 * operator without a gradient is noted, made to pass none, and the next one is looked for.
 */
public final class GradientCheck {
  private static final Pattern MISSING = Pattern.compile("No gradient defined for op: (\\w+)");

  private GradientCheck() {}

  /**
   * Refuses a network whose weights cannot all be trained.
   *
   * @param rules which weights are to change
   * @return names of weights that nothing depends upon, so that there is nothing to train in them
   * @throws IllegalArgumentException if operators without a gradient lie before weights that are to
   *     change, or there are no such weights; names all of them
   */
  public static Set<String> requireTrainable(
      ImportedNetwork network, ItemShape item, int latentSize, WeightRules rules) {
    Set<String> barriers = new TreeSet<>();
    while (true) {
      try (Graph graph = new Graph()) {
        Set<String> unreached = unreached(graph, network.with(barriers), item, latentSize, rules);
        if (!barriers.isEmpty()) {
          throw blocked(network, barriers, rules);
        }
        return unreached;
      } catch (RuntimeException e) { // TensorFlow's exceptions have no common class
        Matcher missing = MISSING.matcher(String.valueOf(e.getMessage()));
        if (!missing.find() || !barriers.add(missing.group(1))) {
          throw e;
        }
      }
    }
  }

  private static Set<String> unreached(
      Graph graph, ImportedNetwork network, ItemShape item, int latentSize, WeightRules rules) {
    Ops tf = Ops.create(graph);
    Weights weights = new Weights(tf, rules);
    Pass pass = Pass.training(tf.withSubScope("check"), weights);
    Shape shape =
        item.image()
            ? Shape.of(-1, item.height(), item.width(), item.channels())
            : Shape.of(-1, item.size());
    Placeholder<TFloat32> x =
        tf.withName("check_items").placeholder(TFloat32.class, Placeholder.shape(shape));
    Network.Posterior q = network.encode(pass, x, latentSize);
    Operand<TFloat32> z = tf.math.add(q.mean(), q.logVar());
    Operand<TFloat32> decoded = network.hasDecoder() ? network.decode(pass, z) : z;
    Operand<TFloat32> all = tf.reshape(tf.math.square(decoded), tf.constant(new int[] {-1}));
    Operand<TFloat32> latents = tf.reshape(tf.math.square(z), tf.constant(new int[] {-1}));
    Operand<TFloat32> loss =
        tf.math.add(tf.reduceSum(all, tf.constant(0)), tf.reduceSum(latents, tf.constant(0)));
    List<Weight> trained = weights.trained("", true);
    if (trained.isEmpty()) {
      throw nothing(network, weights);
    }
    Set<GraphOperation> needed = graph.subgraphTo(Set.of(loss));
    Set<String> unreached = new TreeSet<>();
    List<Weight> reached = new ArrayList<>();
    for (Weight weight : trained) {
      if (needed.contains((GraphOperation) weight.variable().op())) {
        reached.add(weight);
      } else {
        unreached.add(weight.name());
      }
    }
    Output<?>[] gradients =
        graph.addGradients(
            loss.asOutput(),
            reached.stream().map(w -> w.variable().asOutput()).toArray(Output<?>[]::new));
    for (int i = 0; i < gradients.length; i++) {
      if (gradients[i] == null) {
        unreached.add(reached.get(i).name());
      }
    }
    return unreached;
  }

  private static IllegalArgumentException nothing(ImportedNetwork network, Weights weights) {
    String what =
        network.graphs().stream().map(ImportedGraph::what).collect(Collectors.joining(", "));
    boolean none = network.graphs().stream().noneMatch(ImportedGraph::hasTrainableVariables);
    return new IllegalArgumentException(
        none
            ? what
                + " hold no trainable weights, expected variables or, in ONNX, initializers of"
                + " floating point. Export the model with its weights."
            : "freeze leaves none of the "
                + weights.all().size()
                + " weights of "
                + what
                + " to be trained, expected at least one. Freeze less.");
  }

  private static IllegalArgumentException blocked(
      ImportedNetwork network, Set<String> barriers, WeightRules rules) {
    Set<String> behind = new TreeSet<>();
    NodeNames nodes = new NodeNames();
    for (ImportedGraph graph : network.graphs()) {
      for (TfNode node : graph.graph().nodes()) {
        Set<String> weights =
            barriers.contains(node.op()) ? graph.trainableBehind(node) : new TreeSet<>();
        weights.removeIf(rules::isFrozen);
        if (!weights.isEmpty()) {
          nodes.add(graph, node);
          behind.addAll(weights);
        }
      }
    }
    return new IllegalArgumentException(
        "Cannot train: TensorFlow has no gradient for "
            + nodes
            + ", behind which are the weights "
            + NodeNames.brief(List.copyOf(behind))
            + ". Freeze these weights with --freeze, or export the model without these operators.");
  }
}
