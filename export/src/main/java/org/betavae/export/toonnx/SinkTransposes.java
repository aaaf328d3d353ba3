package org.betavae.export.toonnx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.onnx.ElementwiseOps;
import org.betavae.export.onnx.OnnxGraph;
import org.betavae.export.onnx.OnnxNode;
import org.betavae.export.onnx.OnnxValue;

/**
 * Moves Transposes towards the outputs, past operators that can work on the other order, until they
 * meet the opposite one and both vanish, or reach an output. Convolutions leave NCHW to NHWC behind
 * them and want NHWC to NCHW in front: between two of them nothing stays.
 *
 * <p>The Transposes of layouts go first past anything. Others, which the user wrote, move only
 * where none is added by it.
 */
final class SinkTransposes implements Rewrite {
  @Override
  public boolean apply(OnnxGraph graph) {
    Set<OnnxNode> settled = new HashSet<>();
    return Rewrite.untilStable(graph, n -> sink(graph, n, settled));
  }

  /**
   * Moves the Transposes in front of a node behind it.
   *
   * @param settled nodes that were given a Transpose in front of them, which stays there: with
   *     three dimensions the order of a layout is its own opposite, and it would come back for ever
   */
  private static boolean sink(OnnxGraph graph, OnnxNode n, Set<OnnxNode> settled) {
    if (settled.contains(n)) {
      return false;
    }
    int[] perm = null;
    for (OnnxValue in : n.inputs()) {
      perm = perm == null ? Build.perm(in) : perm;
    }
    if (perm == null) {
      return false;
    }
    if (n.is("Transpose")) {
      OnnxValue y = Build.transpose(graph, n.name(), n.input(0), Perms.of(n.integers("perm")));
      graph.replace(n.output(), y);
      return true;
    }
    List<OnnxValue> results = behind(graph, n, perm);
    if (results == null) {
      return false;
    }
    String name = n.name();
    List<OnnxValue> old = List.copyOf(n.outputs());
    for (int i = 0; i < old.size(); i++) {
      graph.replace(old.get(i), results.get(i));
    }
    OnnxValue first = results.get(0);
    OnnxValue made = Build.perm(first) == null ? first : first.producer().input(0);
    graph.nameAfter(made, name);
    if (made.producer() != null && ownOpposite(perm) && turnsSome(made.producer())) {
      settled.add(made.producer());
    }
    return true;
  }

  /**
   * True for the order that a convolution leaves behind it. With three dimensions that order is as
   * often the user's own, of tokens or features, unless there are convolutions in one dimension.
   */
  static boolean isLayout(OnnxGraph graph, int[] perm) {
    return Arrays.equals(perm, Perms.toChannelsLast(perm.length))
        && (perm.length != 3
            || graph.nodes().stream().anyMatch(n -> n.is("Squeeze") && n.input(0).rank() == 4));
  }

  private static boolean ownOpposite(int[] perm) {
    return Arrays.equals(perm, Perms.inverse(perm));
  }

  private static boolean turnsSome(OnnxNode n) {
    return n.inputs().stream().anyMatch(v -> v != null && Build.perm(v) != null);
  }

  /** What takes the place of the node's outputs; null if the Transpose has to stay in front. */
  private static List<OnnxValue> behind(OnnxGraph graph, OnnxNode n, int[] perm) {
    if (ElementwiseOps.isUnary(n) && Build.perm(n.input(0)) != null) {
      List<OnnxValue> in = Build.with(n.inputs(), 0, n.input(0).producer().input(0));
      return List.of(after(graph, n, graph.node(n.op(), n.name(), in, n.attributes()), perm));
    }
    if (ElementwiseOps.isBroadcast(n) || n.is("Concat")) {
      return together(graph, n, perm);
    }
    return Build.perm(n.input(0)) == null ? null : SinkRules.behind(graph, n, perm);
  }

  /** A Transpose behind a node that now works on the other order. */
  static OnnxValue after(OnnxGraph graph, OnnxNode n, OnnxValue v, int[] perm) {
    return Build.transpose(graph, n.name() + "/Transpose", v, perm);
  }

  private static List<OnnxValue> together(OnnxGraph graph, OnnxNode n, int[] perm) {
    int rank = perm.length;
    if (n.output().rank() != rank) {
      return null;
    }
    boolean layout = isLayout(graph, perm);
    List<OnnxValue> in = new ArrayList<>();
    for (OnnxValue v : n.inputs()) {
      OnnxValue other = inOtherOrder(graph, n, v, perm, layout);
      if (other == null) {
        return null;
      }
      in.add(other);
    }
    Map<String, Object> attributes = new java.util.TreeMap<>(n.attributes());
    if (n.is("Concat")) {
      long axis = n.integer("axis", 0);
      attributes.put("axis", (long) perm[(int) (axis < 0 ? axis + rank : axis)]);
    }
    return List.of(after(graph, n, graph.node(n.op(), n.name(), in, attributes), perm));
  }

  /** An operand as the node needs it to work before the Transpose; null if that would not pay. */
  private static OnnxValue inOtherOrder(
      OnnxGraph graph, OnnxNode n, OnnxValue v, int[] perm, boolean layout) {
    int rank = perm.length;
    int[] own = Build.perm(v);
    if (own != null && Arrays.equals(own, perm)) {
      return v.producer().input(0);
    }
    if (v.rank() < 0 || (n.is("Concat") && v.rank() != rank)) {
      return null;
    }
    if (!n.is("Concat") && v.isSingle()) {
      return v.rank() <= rank ? v : null;
    }
    int[] back = Perms.inverse(perm);
    if (v.isConstant()) {
      return graph.constant(v.name(), Build.toRank(v.constant(), rank).transpose(back));
    }
    if (!layout) {
      return null;
    }
    OnnxValue full = v;
    if (v.rank() < rank) {
      long[] axes = Emitter.numbers(rank - v.rank(), i -> i);
      full =
          graph.node("Unsqueeze", n.name() + "/Unsqueeze", List.of(v, graph.longs(axes)), Map.of());
    }
    return Build.transpose(graph, n.name() + "/Transpose", full, back);
  }
}
