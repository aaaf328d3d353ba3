package org.betavae.export.tf;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.tensorflow.proto.DataType;

/**
 * Where gradient descent cannot pass: operators between trainable variables and outputs of which
 * TensorFlow's native library has no gradient, loops and branches among them.
 */
public final class Trainability {
  private static final Set<DataType> REAL =
      Set.of(DataType.DT_FLOAT, DataType.DT_DOUBLE, DataType.DT_HALF, DataType.DT_BFLOAT16);

  private final Set<TfNode> moved = new HashSet<>();
  private final List<TfNode> blocking = new ArrayList<>();

  private Trainability() {}

  /** The nodes that stop gradients, in the order of the graph. */
  public static List<TfNode> blocking(TfGraph graph) {
    Trainability t = new Trainability();
    graph.nodes().forEach(t::visit);
    return List.copyOf(t.blocking);
  }

  /** Nodes come after those that they read. */
  private void visit(TfNode n) {
    if (n.variable() == TfNode.Variable.TRAINABLE) {
      moved.add(n);
      return;
    }
    boolean reads =
        TfGraphBuilder.reads(n).stream().anyMatch(moved::contains)
            && !n.op().equals("StopGradient");
    if (!reads || !(isReal(n) || !n.bodies().isEmpty())) {
      return;
    }
    moved.add(n);
    if (!TfOperators.hasGradient(n.op())) {
      blocking.add(n);
    }
  }

  private static boolean isReal(TfNode n) {
    if (!n.bodies().isEmpty() || n.value() != null || !TfOperators.has(n.op())) {
      return false;
    }
    return TfOperators.outputTypes(n.op(), n.attributes()).stream().anyMatch(REAL::contains);
  }
}
