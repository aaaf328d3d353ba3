package org.betavae.export.toonnx;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.Dim;
import org.betavae.export.onnx.OnnxGraph;
import org.betavae.export.onnx.OnnxNode;
import org.betavae.export.onnx.OnnxValue;

/** What several rewrites add to a graph. */
final class Build {
  private Build() {}

  /** A value with its dimensions in another order; nothing is added if the order stays. */
  static OnnxValue transpose(OnnxGraph graph, String name, OnnxValue v, int[] perm) {
    if (Perms.isIdentity(perm)) {
      return v;
    }
    if (v.producer() != null && v.producer().is("Transpose")) {
      int[] both = Perms.then(Perms.of(v.producer().integers("perm")), perm);
      return transpose(graph, name, v.producer().input(0), both);
    }
    return graph.node("Transpose", name, List.of(v), Map.of("perm", Perms.longs(perm)));
  }

  /**
   * The constant that makes ONNX's Reshape give a shape: numbers where they are known, 0 where the
   * input has the same unknown in the same place, -1 for one more unknown.
   *
   * @return null if there are too many unknowns for a constant
   */
  static long[] reshapeTarget(List<Dim> from, List<Dim> to) {
    long[] target = new long[to.size()];
    int free = -1;
    for (int i = 0; i < target.length; i++) {
      Dim d = to.get(i);
      if (d.isKnown()) {
        target[i] = d.value();
        if (d.is(0)) {
          return null;
        }
      } else if (i < from.size() && from.get(i).equals(d)) {
        target[i] = 0;
      } else if (free < 0) {
        free = i;
        target[i] = -1;
      } else {
        return null;
      }
    }
    return target;
  }

  /**
   * A value under another shape of as many elements.
   *
   * @return null if no constant says that shape
   */
  static OnnxValue reshape(OnnxGraph graph, String name, OnnxValue v, List<Dim> to) {
    if (to.equals(v.shape())) {
      return v;
    }
    long[] target = v.shape() == null ? null : reshapeTarget(v.shape(), to);
    return target == null
        ? null
        : graph.node(
            "Reshape",
            name,
            List.of(v, graph.constant(name + "/shape", Tensor.longs(target))),
            Map.of());
  }

  /** A constant with dimensions of 1 put in front up to a rank. */
  static Tensor toRank(Tensor t, int rank) {
    long[] shape = new long[rank];
    for (int i = 0; i < rank; i++) {
      int at = i - rank + t.rank();
      shape[i] = at < 0 ? 1 : t.dim(at);
    }
    return t.reshape(shape);
  }

  /** Replaces a value made by a node and gives the new one its name. */
  static void replace(OnnxGraph graph, OnnxValue old, OnnxValue with) {
    String name = old.producer().name();
    boolean single = old.producer().outputs().size() == 1;
    graph.replace(old, with);
    if (single && with.producer() != null && with.producer() != old.producer()) {
      graph.nameAfter(with, name);
    }
  }

  /** The order of dimensions of a Transpose; null for other nodes. */
  static int[] perm(OnnxValue v) {
    OnnxNode n = v == null ? null : v.producer();
    return n != null && n.is("Transpose") ? Perms.of(n.integers("perm")) : null;
  }

  /** A copy of a list with one entry changed. */
  static <T> List<T> with(List<T> list, int i, T value) {
    List<T> out = new ArrayList<>(list);
    out.set(i, value);
    return out;
  }
}
