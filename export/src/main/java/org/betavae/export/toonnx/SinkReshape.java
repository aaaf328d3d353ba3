package org.betavae.export.toonnx;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.betavae.export.onnx.Dim;
import org.betavae.export.onnx.OnnxGraph;
import org.betavae.export.onnx.OnnxNode;
import org.betavae.export.onnx.OnnxValue;

/**
 * A Reshape that splits or joins only dimensions which lie together on both sides of the Transpose
 * in front of it: [n,h,w,c] to [n,hw,c], say.
 */
final class SinkReshape {
  /** Dimensions {@code from..to} of the input and what the Reshape makes of them. */
  private record Group(int from, int to, List<Dim> made) {}

  private SinkReshape() {}

  /**
   * What takes the place of the Reshape; null if it mixes dimensions that the Transpose moved
   * apart.
   */
  static List<OnnxValue> behind(OnnxGraph graph, OnnxNode n, int[] perm) {
    List<Dim> in = n.input(0).shape();
    List<Dim> out = n.output().shape();
    List<Group> groups = in == null || out == null ? null : groups(in, out);
    if (groups == null) {
      return null;
    }
    TreeMap<Integer, Integer> byPlace = new TreeMap<>();
    for (int g = 0; g < groups.size(); g++) {
      Group group = groups.get(g);
      for (int i = group.from() + 1; i < group.to(); i++) {
        if (perm[i] != perm[i - 1] + 1) {
          return null;
        }
      }
      byPlace.put(perm[group.from()], g);
    }
    List<Dim> shape = new ArrayList<>();
    int[] start = new int[groups.size()];
    for (int g : byPlace.values()) {
      start[g] = shape.size();
      shape.addAll(groups.get(g).made());
    }
    List<Integer> order = new ArrayList<>();
    for (int g = 0; g < groups.size(); g++) {
      for (int i = 0; i < groups.get(g).made().size(); i++) {
        order.add(start[g] + i);
      }
    }
    OnnxValue y = Build.reshape(graph, n.name(), n.input(0).producer().input(0), shape);
    return y == null
        ? null
        : List.of(SinkTransposes.after(graph, n, y, order.stream().mapToInt(i -> i).toArray()));
  }

  /** The smallest runs of dimensions with equal products; null if the runs cannot be told. */
  private static List<Group> groups(List<Dim> in, List<Dim> out) {
    List<Group> groups = new ArrayList<>();
    int i = 0;
    int o = 0;
    while (i < in.size()) {
      int from = i;
      Dim a = in.get(i++);
      List<Dim> made = new ArrayList<>();
      Dim b = Dim.ONE;
      while (!a.equals(b)) {
        boolean takeOut = o < out.size() && (made.isEmpty() || a.exactlyOver(b) != null);
        if (takeOut) {
          b = b.times(out.get(o));
          made.add(out.get(o++));
        } else if (i < in.size()) {
          a = a.times(in.get(i++));
        } else {
          return null;
        }
      }
      groups.add(new Group(from, i, made));
    }
    for (; o < out.size(); o++) {
      if (!out.get(o).is(1) || groups.isEmpty()) {
        return null;
      }
      groups.get(groups.size() - 1).made().add(out.get(o));
    }
    return groups;
  }
}
