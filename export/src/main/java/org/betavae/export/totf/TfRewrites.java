package org.betavae.export.totf;

import org.betavae.export.tf.TfGraphBuilder;

/** What is improved once all nodes are there. */
final class TfRewrites {
  private TfRewrites() {}

  /** Applies all to a graph; tells what they did to it. */
  static DenseBeforeImage apply(TfGraphBuilder graph) {
    DenseBeforeImage dense = new DenseBeforeImage(graph);
    dense.apply();
    return dense;
  }
}
