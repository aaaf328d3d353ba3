package org.betavae.train.imported;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.betavae.export.tf.TfNode;
import org.betavae.export.tf.Trainability;
import org.betavae.train.network.WeightRules;

/**
 * Whether imported graphs can be added to a graph that trains at all, found by reading them: before
 * anything is built, and for all operators of all graphs at once.
 */
public final class ReplayCheck {
  private static final String LOOPS = "loops and branches, which gradients cannot pass";
  private static final String UNKNOWN = "operators that this TensorFlow lacks";
  private static final String NO_GRADIENT = "operators without a gradient before weights to train";

  private final Map<String, NodeNames> problems = new LinkedHashMap<>();

  private ReplayCheck() {}

  /**
   * Refuses graphs with operators that cannot be added, naming all of them with their nodes, and
   * those without a gradient beside them.
   *
   * @param rules which weights are to change
   * @throws IllegalArgumentException if there are such operators; those without a gradient alone
   *     are left to {@link GradientCheck}, which asks TensorFlow itself
   */
  public static void requireReplayable(List<ImportedGraph> graphs, WeightRules rules) {
    ReplayCheck check = new ReplayCheck();
    graphs.forEach(check::read);
    if (check.problems.isEmpty()) {
      return;
    }
    graphs.forEach(graph -> check.readGradients(graph, rules));
    String what = graphs.stream().map(ImportedGraph::what).collect(Collectors.joining(", "));
    String found =
        check.problems.entrySet().stream()
            .map(e -> e.getKey() + ": " + e.getValue())
            .collect(Collectors.joining("; "));
    throw new IllegalArgumentException(
        "Cannot train "
            + what
            + ": "
            + found
            + ". Export the model without them; recurrent layers of a fixed, small number of steps"
            + " are unrolled and can be trained.");
  }

  private void read(ImportedGraph graph) {
    for (TfNode node : graph.graph().nodes()) {
      if (!node.bodies().isEmpty()) {
        add(LOOPS, graph, node);
      } else if (!Replay.knows(node.op())) {
        add(UNKNOWN, graph, node);
      }
    }
  }

  private void readGradients(ImportedGraph graph, WeightRules rules) {
    Predicate<TfNode> trains =
        node -> graph.trainableBehind(node).stream().anyMatch(weight -> !rules.isFrozen(weight));
    List<TfNode> blocking = new ArrayList<>(Trainability.blocking(graph.graph()));
    blocking.removeIf(node -> !node.bodies().isEmpty() || Substitutes.gainsGradient(node.op()));
    blocking.stream().filter(trains).forEach(node -> add(NO_GRADIENT, graph, node));
  }

  private void add(String kind, ImportedGraph graph, TfNode node) {
    problems.computeIfAbsent(kind, any -> new NodeNames()).add(graph, node);
  }
}
