package org.betavae.export.tf;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.tensorflow.proto.DataType;

/**
 * Where gradient descent cannot pass: operators between trainable variables and outputs of which
 * TensorFlow's native library has no gradient, loops and branches among them.
 */
public final class Trainability {
  /** Element types that gradients pass. */
  private static final Set<DataType> SMOOTH =
      Set.of(
          DataType.DT_FLOAT,
          DataType.DT_DOUBLE,
          DataType.DT_HALF,
          DataType.DT_BFLOAT16,
          DataType.DT_COMPLEX64,
          DataType.DT_COMPLEX128);

  private final Set<TfNode> moved = new HashSet<>();
  private final Set<TfNode> needed = new HashSet<>();

  private Trainability() {}

  /** The nodes that stop gradients, in the order of the graph. */
  public static List<TfNode> blocking(TfGraph graph) {
    Trainability t = new Trainability();
    graph.nodes().forEach(t::move);
    graph.outputs().stream()
        .map(TfGraph.Output::value)
        .filter(Trainability::isSmooth)
        .forEach(o -> t.need(o.node()));
    return graph.nodes().stream().filter(t::isBlocking).toList();
  }

  /** Whether a node follows from a trainable variable; nodes come after those that they read. */
  private void move(TfNode n) {
    boolean reads =
        TfGraphBuilder.reads(n).stream().anyMatch(moved::contains)
            && !n.op().equals("StopGradient");
    if (n.variable() == TfNode.Variable.TRAINABLE || (reads && hasSmooth(n))) {
      moved.add(n);
    }
  }

  /** Notes the nodes that an output follows from by way of real numbers. */
  private void need(TfNode end) {
    Deque<TfNode> open = new ArrayDeque<>(List.of(end));
    while (!open.isEmpty()) {
      TfNode n = open.pop();
      if (!needed.add(n) || n.op().equals("StopGradient")) {
        continue;
      }
      n.inputs().stream().filter(i -> i != null && isSmooth(i)).forEach(i -> open.push(i.node()));
      if (!n.bodies().isEmpty()) {
        TfGraphBuilder.reads(n).forEach(open::push);
      }
    }
  }

  private boolean isBlocking(TfNode n) {
    return moved.contains(n)
        && needed.contains(n)
        && n.variable() != TfNode.Variable.TRAINABLE
        && !TfOperators.hasGradient(n.op());
  }

  private static boolean hasSmooth(TfNode n) {
    if (!n.bodies().isEmpty()) {
      return true;
    }
    return n.value() == null
        && TfOperators.has(n.op())
        && TfOperators.outputTypes(n.op(), n.attributes()).stream()
            .anyMatch(t -> t != null && SMOOTH.contains(t));
  }

  private static boolean isSmooth(TfOutput o) {
    return !TfOperators.has(o.node().op())
        || !o.node().bodies().isEmpty()
        || SMOOTH.contains(TfOperators.type(o));
  }
}
