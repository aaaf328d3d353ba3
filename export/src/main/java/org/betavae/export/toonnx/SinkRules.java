package org.betavae.export.toonnx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.OnnxGraph;
import org.betavae.export.onnx.OnnxNode;
import org.betavae.export.onnx.OnnxValue;

/**
 * How operators with axes work on the other order of dimensions. Throughout, the node reads {@code
 * v = Transpose(a, perm)}, so axis i of v is axis {@code perm[i]} of a.
 */
final class SinkRules {
  private SinkRules() {}

  /** What takes the place of a node's outputs; null if its operator has no rule here. */
  static List<OnnxValue> behind(OnnxGraph graph, OnnxNode n, int[] perm) {
    return switch (n.op()) {
      case "Softmax", "LogSoftmax" -> withAxis(graph, n, perm, -1);
      case "Split" -> withAxis(graph, n, perm, 0);
      case "CumSum" -> cumSum(graph, n, perm);
      case "ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL2" ->
          reduce(graph, n, perm);
      case "ArgMax", "ArgMin" -> arg(graph, n, perm);
      case "Squeeze" -> squeeze(graph, n, perm);
      case "Unsqueeze" -> unsqueeze(graph, n, perm);
      case "Gather" -> gather(graph, n, perm);
      case "Slice" -> slice(graph, n, perm);
      case "Pad" -> pad(graph, n, perm);
      case "Tile" -> tile(graph, n, perm);
      case "Shape" -> shape(graph, n, perm);
      case "Reshape" -> SinkReshape.behind(graph, n, perm);
      default -> null;
    };
  }

  private static OnnxValue source(OnnxNode n) {
    return n.input(0).producer().input(0);
  }

  private static int axis(long axis, int rank) {
    return (int) (axis < 0 ? axis + rank : axis);
  }

  private static long[] moved(long[] axes, int[] perm) {
    return Arrays.stream(axes).map(a -> perm[axis(a, perm.length)]).toArray();
  }

  /** A copy of the node on the untransposed value, with another input or attribute. */
  private static OnnxValue copy(OnnxGraph graph, OnnxNode n, int input, OnnxValue value) {
    List<OnnxValue> in = Build.with(n.inputs(), 0, source(n));
    if (input > 0) {
      in.set(input, value);
    }
    return graph.node(n.op(), n.name(), in, n.attributes());
  }

  private static List<OnnxValue> withAxis(OnnxGraph graph, OnnxNode n, int[] perm, long byDefault) {
    Map<String, Object> attributes = new TreeMap<>(n.attributes());
    attributes.put("axis", (long) perm[axis(n.integer("axis", byDefault), perm.length)]);
    List<OnnxValue> out = new ArrayList<>();
    List<OnnxValue> in = Build.with(n.inputs(), 0, source(n));
    for (OnnxValue v : graph.nodes(n.op(), n.name(), in, attributes, n.outputs().size())) {
      out.add(SinkTransposes.after(graph, n, v, perm));
    }
    return out;
  }

  private static List<OnnxValue> cumSum(OnnxGraph graph, OnnxNode n, int[] perm) {
    if (!n.input(1).isConstant()) {
      return null;
    }
    long axis = n.input(1).constant().longAt(0);
    OnnxValue moved = graph.constant("axis", Tensor.longs(perm[axis(axis, perm.length)]).reshape());
    return List.of(SinkTransposes.after(graph, n, copy(graph, n, 1, moved), perm));
  }

  private static List<OnnxValue> reduce(OnnxGraph graph, OnnxNode n, int[] perm) {
    boolean attribute = n.integers("axes") != null;
    if (!attribute && (n.input(1) == null || !n.input(1).isConstant())) {
      return null;
    }
    long[] axes = attribute ? n.integers("axes") : n.input(1).constant().toLongs();
    if (axes.length == 0 || isNormOfTokens(graph, axes, perm)) {
      return null;
    }
    OnnxValue y;
    if (attribute) {
      Map<String, Object> attributes = new TreeMap<>(n.attributes());
      attributes.put("axes", moved(axes, perm));
      y = graph.node(n.op(), n.name(), Build.with(n.inputs(), 0, source(n)), attributes);
    } else {
      y = copy(graph, n, 1, graph.longs(moved(axes, perm)));
    }
    boolean keep = n.integer("keepdims", 1) != 0;
    return List.of(SinkTransposes.after(graph, n, y, keep ? perm : without(perm, axes)));
  }

  /** A norm of tokens works on the last axis; turned, no operator of ONNX computes it. */
  private static boolean isNormOfTokens(OnnxGraph graph, long[] axes, int[] perm) {
    return perm.length == 3
        && axes.length == 1
        && axis(axes[0], perm.length) == 2
        && !SinkTransposes.isLayout(graph, perm);
  }

  private static List<OnnxValue> arg(OnnxGraph graph, OnnxNode n, int[] perm) {
    long axis = n.integer("axis", 0);
    Map<String, Object> attributes = new TreeMap<>(n.attributes());
    attributes.put("axis", moved(new long[] {axis}, perm)[0]);
    OnnxValue y = graph.node(n.op(), n.name(), List.of(source(n)), attributes);
    boolean keep = n.integer("keepdims", 1) != 0;
    return List.of(
        SinkTransposes.after(graph, n, y, keep ? perm : without(perm, new long[] {axis})));
  }

  /** The order that is left when axes of the transposed value go away. */
  private static int[] without(int[] perm, long[] axes) {
    boolean[] gone = new boolean[perm.length];
    for (long a : axes) {
      gone[axis(a, perm.length)] = true;
    }
    List<Integer> left = new ArrayList<>();
    for (int i = 0; i < perm.length; i++) {
      if (!gone[i]) {
        left.add(perm[i]);
      }
    }
    List<Integer> sorted = left.stream().sorted().toList();
    return left.stream().mapToInt(sorted::indexOf).toArray();
  }

  private static List<OnnxValue> squeeze(OnnxGraph graph, OnnxNode n, int[] perm) {
    if (n.input(1) == null || !n.input(1).isConstant()) {
      return null;
    }
    long[] axes = n.input(1).constant().toLongs();
    OnnxValue y = copy(graph, n, 1, graph.longs(moved(axes, perm)));
    return List.of(SinkTransposes.after(graph, n, y, without(perm, axes)));
  }

  /**
   * New axes go where the result is as near to channels last as the order allows, so that it meets
   * what a convolution wants.
   */
  private static List<OnnxValue> unsqueeze(OnnxGraph graph, OnnxNode n, int[] perm) {
    if (!n.input(1).isConstant() || n.output().rank() < 0) {
      return null;
    }
    int rank = n.output().rank();
    boolean[] added = new boolean[rank];
    for (long a : n.input(1).constant().toLongs()) {
      added[axis(a, rank)] = true;
    }
    int[] tags = new int[rank];
    int next = 0;
    for (int i = 0; i < rank; i++) {
      tags[i] = added[i] ? -1 : perm[next++];
    }
    int[] order = Perms.toChannelsLast(rank);
    int[] inner = Arrays.stream(Perms.inverse(order)).map(i -> tags[i]).toArray();
    if (!ascending(inner)) {
      order = appended(tags, perm.length);
      inner = Arrays.stream(Perms.inverse(order)).map(i -> tags[i]).toArray();
    }
    int[] placed = inner;
    long[] axes =
        java.util.stream.IntStream.range(0, rank)
            .filter(i -> placed[i] < 0)
            .asLongStream()
            .toArray();
    return List.of(SinkTransposes.after(graph, n, copy(graph, n, 1, graph.longs(axes)), order));
  }

  private static boolean ascending(int[] tags) {
    int last = -1;
    for (int t : tags) {
      if (t >= 0 && t < last) {
        return false;
      }
      last = t >= 0 ? t : last;
    }
    return true;
  }

  /** The order that follows when all new axes come last. */
  private static int[] appended(int[] tags, int oldRank) {
    int[] order = new int[tags.length];
    int fresh = oldRank;
    for (int i = 0; i < tags.length; i++) {
      order[i] = tags[i] >= 0 ? tags[i] : fresh++;
    }
    return order;
  }

  private static List<OnnxValue> gather(OnnxGraph graph, OnnxNode n, int[] perm) {
    int indexRank = n.input(1).rank();
    long axis = n.integer("axis", 0);
    if (indexRank != 0 && indexRank != 1) {
      return null;
    }
    Map<String, Object> attributes = new TreeMap<>(n.attributes());
    attributes.put("axis", moved(new long[] {axis}, perm)[0]);
    OnnxValue y = graph.node(n.op(), n.name(), Build.with(n.inputs(), 0, source(n)), attributes);
    return List.of(
        SinkTransposes.after(
            graph, n, y, indexRank == 1 ? perm : without(perm, new long[] {axis})));
  }

  private static List<OnnxValue> slice(OnnxGraph graph, OnnxNode n, int[] perm) {
    if (n.input(3) == null || !n.input(3).isConstant()) {
      return null;
    }
    OnnxValue axes = graph.longs(moved(n.input(3).constant().toLongs(), perm));
    return List.of(SinkTransposes.after(graph, n, copy(graph, n, 3, axes), perm));
  }

  private static List<OnnxValue> pad(OnnxGraph graph, OnnxNode n, int[] perm) {
    if (!n.input(1).isConstant() || n.input(3) != null) {
      return null;
    }
    int rank = perm.length;
    long[] pads = n.input(1).constant().toLongs();
    long[] moved = new long[2 * rank];
    for (int i = 0; i < rank; i++) {
      moved[perm[i]] = pads[i];
      moved[perm[i] + rank] = pads[i + rank];
    }
    return List.of(SinkTransposes.after(graph, n, copy(graph, n, 1, graph.longs(moved)), perm));
  }

  private static List<OnnxValue> tile(OnnxGraph graph, OnnxNode n, int[] perm) {
    if (!n.input(1).isConstant()) {
      return null;
    }
    long[] repeats = n.input(1).constant().toLongs();
    long[] moved = new long[perm.length];
    for (int i = 0; i < perm.length; i++) {
      moved[perm[i]] = repeats[i];
    }
    return List.of(SinkTransposes.after(graph, n, copy(graph, n, 1, graph.longs(moved)), perm));
  }

  /** The shape of the transposed value is the other's, picked in its order. */
  private static List<OnnxValue> shape(OnnxGraph graph, OnnxNode n, int[] perm) {
    OnnxValue before = graph.node("Shape", n.name(), List.of(source(n)), Map.of());
    return List.of(
        graph.node(
            "Gather",
            n.name() + "/Gather",
            List.of(before, graph.longs(Perms.longs(perm))),
            Map.of("axis", 0L)));
  }
}
