package org.betavae.export.toonnx;

import java.util.function.Predicate;
import org.betavae.export.onnx.OnnxGraph;
import org.betavae.export.onnx.OnnxNode;

/** Replaces nodes of a graph by others that compute the same. Rewrites hold no state. */
interface Rewrite {
  /**
   * Changes the graph in place.
   *
   * @return true if anything changed
   */
  boolean apply(OnnxGraph graph);

  /**
   * Takes step after step, node by node in the graph's order, until none changes anything.
   *
   * @param step true if it changed something; not called with nodes that are gone
   * @return true if anything changed
   */
  static boolean untilStable(OnnxGraph graph, Predicate<OnnxNode> step) {
    boolean any = false;
    boolean changed = true;
    while (changed) {
      changed = false;
      for (OnnxNode n : graph.inOrder()) {
        if (graph.has(n)) {
          changed |= step.test(n);
        }
      }
      any |= changed;
    }
    return any;
  }
}
