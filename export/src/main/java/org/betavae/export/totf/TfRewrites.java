package org.betavae.export.totf;

import org.betavae.export.tf.TfGraphBuilder;

/** What is improved once all nodes are there. */
final class TfRewrites {
  private TfRewrites() {}

  static void apply(TfGraphBuilder graph) {
    new DenseBeforeImage(graph).apply();
  }
}
