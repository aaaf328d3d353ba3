package org.betavae.export.totf;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;
import org.betavae.export.tf.TfGraphBuilder;
import org.betavae.export.tf.TfNode;
import org.betavae.export.tf.TfOutput;

/**
 * A dense layer whose result is reshaped to {@code [N,C,H,W]} and then turned to {@code [N,H,W,C]},
 * as decoders begin: the columns of its weights and biases are put into the order of the turned
 * image instead, and the transposition falls away.
 */
final class DenseBeforeImage {
  /** Operators on each element alone, with one operand. */
  private static final Set<String> UNARY =
      Set.of(
          "Relu",
          "Relu6",
          "LeakyRelu",
          "Elu",
          "Selu",
          "Sigmoid",
          "Tanh",
          "Softplus",
          "Softsign",
          "Erf",
          "Exp",
          "Neg",
          "Abs",
          "Square",
          "Sqrt",
          "Identity");

  /** Operators with a second operand, which may be a vector along the last dimension. */
  private static final Set<String> BINARY =
      Set.of("AddV2", "BiasAdd", "Mul", "Sub", "RealDiv", "Maximum", "Minimum");

  private final TfGraphBuilder graph;
  private final Map<TfNode, int[]> orders = new HashMap<>();
  private final Map<TfOutput, TfOutput> replaced = new HashMap<>();
  private Map<TfNode, Integer> readers;

  DenseBeforeImage(TfGraphBuilder graph) {
    this.graph = graph;
  }

  /** The nodes whose results now have their dimensions in the order given. */
  Map<TfNode, int[]> turned() {
    return orders;
  }

  /** What stands in the place of the transpositions. */
  Map<TfOutput, TfOutput> replaced() {
    return replaced;
  }

  void apply() {
    readers = graph.readers();
    for (TfNode n : graph.nodes()) {
      if (n.op().equals("Transpose") && readers.containsKey(n)) {
        apply(n);
      }
    }
  }

  private void apply(TfNode transpose) {
    int[] perm = constantInts(transpose, 1);
    TfNode reshape = transpose.inputs().get(0).node();
    while (UNARY.contains(reshape.op()) && isOnlyReader(reshape)) {
      reshape = reshape.inputs().get(0).node();
    }
    int[] shape = reshape.op().equals("Reshape") ? constantInts(reshape, 1) : null;
    if (perm == null || shape == null || shape.length != perm.length || !isOnlyReader(reshape)) {
      return;
    }
    if (perm[0] != 0 || shape.length < 3) {
      return;
    }
    long columns = 1;
    for (int i = 1; i < shape.length; i++) {
      if (shape[i] < 0) {
        return;
      }
      columns *= shape[i];
    }
    Map<TfNode, Tensor> changed = new LinkedHashMap<>();
    if (!collect(reshape.inputs().get(0).node(), columns, shape, perm, changed)) {
      return;
    }
    changed.forEach(graph::setValue);
    int[] turned = new int[shape.length];
    for (int i = 0; i < shape.length; i++) {
      turned[i] = shape[perm[i]];
    }
    Tensor target = Tensor.ofLongs(ElementType.INT32, new long[] {shape.length}, i -> turned[i]);
    graph.setInput(reshape, 1, graph.constant(reshape.name() + "/shape", target));
    TfOutput image = transpose.inputs().get(0);
    graph.replace(new TfOutput(transpose, 0), image);
    replaced.put(new TfOutput(transpose, 0), image);
    orders.put(reshape, perm);
    for (TfNode n = image.node(); n != reshape; n = n.inputs().get(0).node()) {
      orders.put(n, perm);
    }
  }

  private boolean isOnlyReader(TfNode n) {
    return readers.getOrDefault(n, 0) == 1;
  }

  /** Follows a chain up to the product; false if something is in the way. */
  private boolean collect(
      TfNode from, long columns, int[] shape, int[] perm, Map<TfNode, Tensor> changed) {
    TfNode n = from;
    Set<TfNode> seen = new HashSet<>();
    while (isOnlyReader(n) && seen.add(n)) {
      if (n.op().equals("MatMul")) {
        TfNode weights = n.inputs().get(1).node();
        boolean byRow = n.flag("transpose_b");
        return isVector(weights, byRow ? 0 : 1, 2, columns)
            && note(weights, byRow ? 0 : 1, shape, perm, changed);
      }
      TfNode next = n.inputs().isEmpty() ? null : n.inputs().get(0).node();
      if (BINARY.contains(n.op())) {
        TfNode other = n.inputs().get(1).node();
        if (other.value() == null && next.value() != null) {
          TfNode swap = next;
          next = other;
          other = swap;
        }
        boolean single = other.value() != null && other.value().size() == 1;
        boolean vector = isVector(other, 0, 1, columns);
        if (!single && !(vector && note(other, 0, shape, perm, changed))) {
          return false;
        }
      } else if (!UNARY.contains(n.op())) {
        return false;
      }
      n = next;
    }
    return false;
  }

  private boolean isVector(TfNode n, int axis, int rank, long size) {
    return n.value() != null && n.value().rank() == rank && n.value().dim(axis) == size;
  }

  private boolean note(TfNode n, int axis, int[] shape, int[] perm, Map<TfNode, Tensor> changed) {
    if (!isOnlyReader(n)) {
      return false;
    }
    List<Long> apart = new ArrayList<>();
    int[] order = new int[n.value().rank() - 1 + shape.length - 1];
    int at = 0;
    for (int d = 0; d < n.value().rank(); d++) {
      int first = apart.size();
      if (d != axis) {
        apart.add(n.value().dim(d));
        order[at++] = first;
        continue;
      }
      for (int i = 1; i < shape.length; i++) {
        apart.add((long) shape[i]);
        order[at++] = first + perm[i] - 1;
      }
    }
    long[] split = apart.stream().mapToLong(Long::longValue).toArray();
    changed.put(n, n.value().reshape(split).transpose(order).reshape(n.value().shape()));
    return true;
  }

  private static int[] constantInts(TfNode n, int input) {
    Tensor t = n.inputs().get(input).node().value();
    if (t == null || !t.type().isInteger() || t.rank() != 1) {
      return null;
    }
    int[] out = new int[t.size()];
    for (int i = 0; i < out.length; i++) {
      out[i] = (int) t.longAt(i);
    }
    return out;
  }
}
