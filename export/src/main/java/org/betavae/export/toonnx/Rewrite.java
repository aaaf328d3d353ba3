package org.betavae.export.toonnx;

import org.betavae.export.onnx.OnnxGraph;

/** Replaces nodes of a graph by others that compute the same. Rewrites hold no state. */
interface Rewrite {
  /**
   * Changes the graph in place.
   *
   * @return true if anything changed
   */
  boolean apply(OnnxGraph graph);
}
