package org.betavae.export.toonnx;

import org.betavae.export.onnx.OnnxGraph;
import org.betavae.export.onnx.OnnxNode;
import org.betavae.export.onnx.OnnxValue;

/**
 * {@code Squeeze} and {@code Unsqueeze} to {@code Reshape}, which both are in TensorFlow: what was
 * imported and exported twice is then the same as what went that way once.
 */
final class OnlyReshapes implements Rewrite {
  @Override
  public boolean apply(OnnxGraph graph) {
    boolean changed = false;
    for (OnnxNode n : graph.nodes()) {
      boolean other = graph.has(n) && (n.is("Squeeze") || n.is("Unsqueeze"));
      if (!other || n.input(0).shape() == null || n.output().shape() == null) {
        continue;
      }
      OnnxValue y = Build.reshape(graph, n.name(), n.input(0), n.output().shape());
      if (y != null) {
        Build.replace(graph, n.output(), y);
        changed = true;
      }
    }
    return changed;
  }
}
