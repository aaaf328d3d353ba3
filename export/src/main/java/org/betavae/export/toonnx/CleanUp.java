package org.betavae.export.toonnx;

import java.util.Arrays;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.OnnxGraph;
import org.betavae.export.onnx.OnnxNode;
import org.betavae.export.onnx.OnnxValue;

/** Nodes that change nothing, and pairs of Transpose or Reshape that are one. */
final class CleanUp implements Rewrite {
  @Override
  public boolean apply(OnnxGraph graph) {
    boolean changed = false;
    for (OnnxNode n : graph.nodes()) {
      if (!graph.has(n) || n.inputs().isEmpty()) {
        continue;
      }
      if (changesNothing(n)) {
        graph.replace(n.output(), n.input(0));
        changed = true;
      } else if ((n.is("Mul") && leaves(n, 0, 1)) || (n.is("Add") && leaves(n, 0, 0))) {
        graph.replace(n.output(), n.input(1));
        changed = true;
      } else {
        changed |= merge(graph, n);
      }
    }
    return changed;
  }

  private static boolean changesNothing(OnnxNode n) {
    OnnxValue x = n.input(0);
    return switch (n.op()) {
      case "Identity" -> true;
      case "Transpose" -> Perms.isIdentity(Perms.of(n.integers("perm")));
      case "Cast" -> n.output().type() == x.type();
      case "Reshape", "Expand" -> x.shape() != null && x.shape().equals(n.output().shape());
      case "Slice" -> x.shape() != null && x.shape().equals(n.output().shape()) && forward(n);
      case "Tile", "Pad" ->
          x.shape() != null
              && x.shape().equals(n.output().shape())
              && n.input(1).isConstant()
              && nothing(n);
      case "Mul", "Div" -> leaves(n, 1, 1);
      case "Add", "Sub" -> leaves(n, 1, 0);
      case "Concat", "Sum", "Max", "Min" -> n.inputs().size() == 1;
      default -> false;
    };
  }

  /** True if one operand is this number alone and does not widen the other. */
  private static boolean leaves(OnnxNode n, int operand, double number) {
    OnnxValue other = n.input(operand);
    OnnxValue kept = n.input(1 - operand);
    if (!other.isConstant()
        || !other.type().isFloat()
        || kept.shape() == null
        || !kept.shape().equals(n.output().shape())) {
      return false;
    }
    Tensor c = other.constant();
    for (int i = 0; i < c.size(); i++) {
      if (c.doubleAt(i) != number) {
        return false;
      }
    }
    return true;
  }

  private static boolean forward(OnnxNode n) {
    OnnxValue steps = n.input(4);
    return steps == null
        || (steps.isConstant() && Arrays.stream(steps.constant().toLongs()).allMatch(s -> s == 1));
  }

  private static boolean nothing(OnnxNode n) {
    Tensor amounts = n.input(1).constant();
    return Arrays.stream(amounts.toLongs()).allMatch(a -> a == (n.is("Pad") ? 0 : 1));
  }

  /**
   * True for dimensions of 1 that are added and taken away again. The other way around, the pair
   * stands between layers of one dimension, and {@link ToOneDimension} needs it.
   */
  private static boolean comesBack(OnnxNode first, OnnxNode second) {
    return first.is("Unsqueeze")
        && second.is("Squeeze")
        && first.input(0).shape() != null
        && first.input(0).shape().equals(second.output().shape());
  }

  private static boolean merge(OnnxGraph graph, OnnxNode n) {
    OnnxNode before = n.input(0) == null ? null : n.input(0).producer();
    if (before != null && comesBack(before, n)) {
      graph.replace(n.output(), before.input(0));
      return true;
    }
    if (before == null || !before.is(n.op())) {
      return false;
    }
    OnnxValue y = null;
    if (n.is("Transpose")) {
      y = Build.transpose(graph, n.name(), n.input(0), Perms.of(n.integers("perm")));
      if (y == n.output()) {
        return false;
      }
    } else if (n.is("Reshape") && before.input(0).shape() != null && n.output().shape() != null) {
      y = Build.reshape(graph, n.name(), before.input(0), n.output().shape());
    }
    if (y == null) {
      return false;
    }
    graph.replace(n.output(), y);
    return true;
  }
}
