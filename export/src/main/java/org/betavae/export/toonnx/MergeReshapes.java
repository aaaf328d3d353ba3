package org.betavae.export.toonnx;

import java.util.Set;
import org.betavae.export.onnx.OnnxGraph;
import org.betavae.export.onnx.OnnxNode;
import org.betavae.export.onnx.OnnxValue;

/**
 * {@code Squeeze} and {@code Unsqueeze} beside a {@code Reshape} that nothing else reads, to one
 * Reshape. Comes after {@link ToOneDimension}, which looks for the former.
 */
final class MergeReshapes implements Rewrite {
  private static final Set<String> OPS = Set.of("Reshape", "Squeeze", "Unsqueeze");

  @Override
  public boolean apply(OnnxGraph graph) {
    boolean changed = false;
    for (OnnxNode n : graph.nodes()) {
      OnnxNode before = graph.has(n) && OPS.contains(n.op()) ? n.input(0).producer() : null;
      boolean pair =
          before != null
              && OPS.contains(before.op())
              && (n.is("Reshape") || before.is("Reshape"))
              && before.output().users().size() == 1
              && !graph.isOutput(before.output())
              && before.input(0).shape() != null
              && n.output().shape() != null;
      if (!pair) {
        continue;
      }
      OnnxValue y = Build.reshape(graph, n.name(), before.input(0), n.output().shape());
      if (y != null) {
        Build.replace(graph, n.output(), y);
        changed = true;
      }
    }
    return changed;
  }
}
