package org.betavae.export.toonnx;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.Dim;
import org.betavae.export.onnx.ElementwiseOps;
import org.betavae.export.onnx.OnnxGraph;
import org.betavae.export.onnx.OnnxNode;
import org.betavae.export.onnx.OnnxValue;

/**
 * A Transpose between a convolution and a dense layer, on either side of the Reshape, taken into
 * the dense layer's weights: their rows (in front of the layer) or columns and bias (behind it) are
 * put in the other order once and for all.
 */
final class DenseOrder implements Rewrite {
  @Override
  public boolean apply(OnnxGraph graph) {
    boolean changed = false;
    for (OnnxNode n : graph.inOrder()) {
      if (graph.has(n) && n.is("Reshape") && Build.perm(n.input(0)) != null) {
        changed |= flatten(graph, n);
      } else if (graph.has(n)
          && n.is("Transpose")
          && n.input(0).producer() != null
          && n.input(0).producer().is("Reshape")) {
        changed |= unflatten(graph, n);
      }
    }
    return changed;
  }

  /**
   * Transpose, Reshape to [n, d], ..., MatMul with constant weights: rows of the weights in the
   * order before the Transpose.
   */
  private static boolean flatten(OnnxGraph graph, OnnxNode reshape) {
    OnnxValue from = reshape.input(0);
    int[] perm = Build.perm(from);
    Dim width = width(from, reshape.output());
    if (width == null || perm[0] != 0) {
      return false;
    }
    OnnxValue source = from.producer().input(0);
    Walk walk = new Walk(graph, width.value());
    if (!walk.down(reshape.output())) {
      return false;
    }
    OnnxValue flat = Build.reshape(graph, reshape.name(), source, reshape.output().shape());
    if (flat == null) {
      return false;
    }
    int[] order = order(source.shape(), perm);
    int[] back = Perms.inverse(order);
    walk.commit(back);
    Build.replace(graph, reshape.output(), flat);
    return true;
  }

  /**
   * MatMul with constant weights, ..., Reshape from [n, d], Transpose: columns of the weights in
   * the order behind the Transpose.
   */
  private static boolean unflatten(OnnxGraph graph, OnnxNode transpose) {
    OnnxNode reshape = transpose.input(0).producer();
    int[] perm = Perms.of(transpose.integers("perm"));
    Dim width = width(reshape.output(), reshape.input(0));
    boolean alone = reshape.output().users().size() == 1 && !graph.isOutput(reshape.output());
    if (width == null || perm[0] != 0 || !alone) {
      return false;
    }
    Walk walk = new Walk(graph, width.value());
    if (!walk.up(reshape.input(0), reshape) || graph.isOutput(reshape.input(0))) {
      return false;
    }
    List<Dim> shape = transpose.output().shape();
    long[] target = Build.reshapeTarget(reshape.input(0).shape(), shape);
    if (target == null) {
      return false;
    }
    walk.commit(order(reshape.output().shape(), perm));
    OnnxValue sizes = graph.constant(reshape.name() + "/shape", Tensor.longs(target));
    OnnxValue y = graph.node("Reshape", reshape.name(), List.of(reshape.input(0), sizes), Map.of());
    graph.replace(transpose.output(), y);
    return true;
  }

  /** The d of a Reshape between [n, a, b, ...] and [n, d]; null if the shapes are others. */
  private static Dim width(OnnxValue many, OnnxValue two) {
    boolean fits =
        many.shape() != null
            && two.rank() == 2
            && many.rank() > 2
            && many.shape().get(0).equals(two.shape().get(0));
    boolean known =
        fits
            && two.shape().get(1).isKnown()
            && many.shape().subList(1, many.rank()).stream().allMatch(Dim::isKnown);
    return known ? two.shape().get(1) : null;
  }

  /** For each element of a row behind the Transpose, its place in the row before it. */
  private static int[] order(List<Dim> before, int[] perm) {
    int rank = perm.length;
    int[] index = new int[Math.toIntExact(Dim.product(before.subList(1, rank)).value())];
    long[] shape = before.subList(1, rank).stream().mapToLong(Dim::value).toArray();
    Tensor places = Tensor.ofLongs(org.betavae.export.ElementType.INT32, shape, i -> i);
    int[] inner = new int[rank - 1];
    for (int i = 1; i < rank; i++) {
      inner[i - 1] = perm[i] - 1;
    }
    Tensor moved = places.transpose(inner);
    for (int i = 0; i < index.length; i++) {
      index[i] = (int) moved.longAt(i);
    }
    return index;
  }

  /**
   * The nodes between the Reshape and the dense layers, with the constants to put in another order.
   */
  private static final class Walk {
    private final OnnxGraph graph;
    private final long width;

    /** Axis to reorder by the node and input that read the constant. */
    private final Map<OnnxNode, int[]> constants = new LinkedHashMap<>();

    Walk(OnnxGraph graph, long width) {
      this.graph = graph;
      this.width = width;
    }

    /**
     * Follows a row towards the outputs; false unless every way ends in a layer that takes the
     * order in.
     */
    boolean down(OnnxValue start) {
      Set<OnnxValue> carriers = new LinkedHashSet<>(List.of(start));
      Deque<OnnxValue> open = new ArrayDeque<>(carriers);
      while (!open.isEmpty()) {
        OnnxValue v = open.poll();
        if (graph.isOutput(v)) {
          return false;
        }
        for (OnnxNode user : v.users()) {
          if (absorbsRows(user, v)) {
            continue;
          }
          if (!passes(user)) {
            return false;
          }
          if (carriers.add(user.output())) {
            open.add(user.output());
          }
        }
      }
      return carriers.stream()
          .allMatch(
              c ->
                  c == start
                      || c.producer().inputs().stream()
                          .allMatch(in -> isSide(c.producer(), in) || carriers.contains(in)));
    }

    /**
     * Follows a row towards the inputs; false unless every way ends in a layer that takes the order
     * in, and nothing else reads the row.
     */
    boolean up(OnnxValue end, OnnxNode reader) {
      Set<OnnxNode> nodes = new LinkedHashSet<>();
      Deque<OnnxValue> open = new ArrayDeque<>(List.of(end));
      while (!open.isEmpty()) {
        OnnxNode n = open.poll().producer();
        if (n == null) {
          return false;
        }
        if (!nodes.add(n) || absorbsColumns(n)) {
          continue;
        }
        if (!passes(n)) {
          return false;
        }
        n.inputs().stream().filter(in -> !isSide(n, in)).forEach(open::add);
      }
      return nodes.stream()
          .allMatch(
              n ->
                  (n.output() == end || !graph.isOutput(n.output()))
                      && n.output().users().stream()
                          .allMatch(u -> u == reader || nodes.contains(u)));
    }

    private boolean absorbsRows(OnnxNode n, OnnxValue v) {
      boolean product =
          n.is("MatMul")
              && n.input(0) == v
              && n.input(1).isConstant()
              && n.input(1).rank() == 2
              && n.input(1).constant().dim(0) == width;
      if (product) {
        constants.put(n, new int[] {1, 0});
      }
      return product;
    }

    private boolean absorbsColumns(OnnxNode n) {
      boolean product =
          n.is("MatMul")
              && n.input(1).isConstant()
              && n.input(1).rank() == 2
              && n.input(1).constant().dim(1) == width;
      if (product) {
        constants.put(n, new int[] {1, 1});
      }
      return product;
    }

    /** True for element-by-element operators; constants as wide as the row are noted. */
    private boolean passes(OnnxNode n) {
      if (n.outputs().size() != 1
          || n.output().rank() != 2
          || !n.output().shape().get(1).is(width)) {
        return false;
      }
      if (ElementwiseOps.isUnary(n)) {
        return true;
      }
      if (!ElementwiseOps.isBroadcast(n)) {
        return false;
      }
      for (int i = 0; i < n.inputs().size(); i++) {
        OnnxValue in = n.input(i);
        if (in.isConstant()
            && in.rank() > 0
            && in.constant().dim(in.rank() - 1) == width
            && width > 1) {
          if (constants.containsKey(n)) {
            return false;
          }
          constants.put(n, new int[] {i, in.rank() - 1});
        } else if (!isSide(n, in) && (in.rank() != 2 || !in.shape().get(1).is(width))) {
          return false;
        }
      }
      return true;
    }

    /** True for an input that holds no row: a constant, or a single number. */
    private static boolean isSide(OnnxNode n, OnnxValue in) {
      return in == null
          || in.isConstant()
          || in.isSingle()
          || (ElementwiseOps.isUnary(n) && in != n.input(0));
    }

    /**
     * Puts the noted constants in order: element i of the new axis is element {@code order[i]} of
     * the old.
     */
    void commit(int[] order) {
      constants.forEach(
          (n, place) -> {
            OnnxValue old = n.input(place[0]);
            graph.setInput(
                n, place[0], graph.constant(old.name(), reorder(old.constant(), place[1], order)));
          });
    }

    private static Tensor reorder(Tensor t, int axis, int[] order) {
      return axis == 0 ? Reorder.rows(t, order) : Reorder.columns(t, order);
    }
  }
}
