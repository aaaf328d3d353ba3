package org.betavae.export.onnx;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Depth-first order from the outputs, first input first, without recursion. */
final class TopologicalOrder {
  private TopologicalOrder() {}

  /** The nodes that some values need, every node after those that it reads. */
  static List<OnnxNode> of(Collection<OnnxValue> values) {
    List<OnnxNode> order = new ArrayList<>();
    Set<OnnxNode> seen = new HashSet<>();
    Deque<OnnxNode> path = new ArrayDeque<>();
    Map<OnnxNode, Integer> next = new HashMap<>();
    for (OnnxValue v : values) {
      enter(v, path, seen);
      while (!path.isEmpty()) {
        OnnxNode n = path.peek();
        int i = next.merge(n, 1, Integer::sum) - 1;
        if (i < n.inputs().size()) {
          enter(n.input(i), path, seen);
        } else {
          order.add(path.pop());
        }
      }
    }
    return order;
  }

  private static void enter(OnnxValue v, Deque<OnnxNode> path, Set<OnnxNode> seen) {
    if (v != null && v.producer() != null && seen.add(v.producer())) {
      path.push(v.producer());
    }
  }
}
