package org.betavae.export.toonnx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.OnnxGraph;
import org.betavae.export.onnx.OnnxNode;
import org.betavae.export.onnx.OnnxValue;

/**
 * Equal constants become one, and nodes that compute the same from the same become one; random
 * numbers stay apart.
 */
final class MergeEqual implements Rewrite {
  @Override
  public boolean apply(OnnxGraph graph) {
    boolean changed = constants(graph);
    Map<List<Object>, OnnxNode> seen = new HashMap<>();
    for (OnnxNode n : graph.inOrder()) {
      if (n.op().startsWith("Random")) {
        continue;
      }
      OnnxNode same = seen.putIfAbsent(key(n), n);
      if (same != null) {
        for (int i = 0; i < n.outputs().size(); i++) {
          graph.replace(n.outputs().get(i), same.outputs().get(i));
        }
        changed = true;
      }
    }
    return changed;
  }

  private static List<Object> key(OnnxNode n) {
    List<Object> key = new ArrayList<>();
    key.add(n.op());
    key.add(n.outputs().size());
    n.inputs().forEach(v -> key.add(v == null ? "" : v));
    n.attributes()
        .forEach(
            (name, value) -> {
              key.add(name);
              key.add(
                  value instanceof long[] l
                      ? Arrays.toString(l)
                      : value instanceof float[] f ? Arrays.toString(f) : value);
            });
    return key;
  }

  private static boolean constants(OnnxGraph graph) {
    Map<Tensor, OnnxValue> seen = new HashMap<>();
    Set<OnnxValue> equal = new LinkedHashSet<>();
    for (OnnxNode n : graph.inOrder()) {
      for (OnnxValue v : n.inputs()) {
        if (v != null
            && v.isConstant()
            && seen.putIfAbsent(v.constant(), v) != null
            && seen.get(v.constant()) != v) {
          equal.add(v);
        }
      }
    }
    equal.forEach(v -> graph.replace(v, seen.get(v.constant())));
    return !equal.isEmpty();
  }
}
