package org.betavae.export.toonnx;

import java.util.List;
import org.betavae.export.onnx.OnnxGraph;

/** The ordered list of all rewrites. */
final class Rewrites {
  private static final List<Rewrite> ORDER = List.of();

  private Rewrites() {}

  /** Applies all rewrites. */
  static void apply(OnnxGraph graph) {
    ORDER.forEach(r -> r.apply(graph));
  }
}
