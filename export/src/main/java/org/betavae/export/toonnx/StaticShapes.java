package org.betavae.export.toonnx;

import java.util.List;
import org.betavae.export.onnx.Dim;
import org.betavae.export.onnx.OnnxGraph;
import org.betavae.export.onnx.OnnxNode;
import org.betavae.export.onnx.OnnxValue;

/**
 * Reshape whose target is computed from shapes, as Keras does to keep the batch free, to Reshape
 * with a constant target. The nodes that computed it fall away.
 */
final class StaticShapes implements Rewrite {
  @Override
  public boolean apply(OnnxGraph graph) {
    boolean changed = false;
    for (OnnxNode n : graph.nodes()) {
      boolean computed =
          graph.has(n)
              && n.is("Reshape")
              && !n.input(1).isConstant()
              && n.input(1).elements() != null;
      if (!computed || n.input(0).shape() == null) {
        continue;
      }
      List<Dim> wanted = n.input(1).elements();
      if (wanted.stream().anyMatch(d -> d.isKnown() && d.value() <= 0)) {
        continue;
      }
      OnnxValue y = Build.reshape(graph, n.name(), n.input(0), wanted);
      if (y != null) {
        Build.replace(graph, n.output(), y);
        changed = true;
      }
    }
    return changed;
  }
}
