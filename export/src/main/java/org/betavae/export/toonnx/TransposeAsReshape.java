package org.betavae.export.toonnx;

import java.util.List;
import org.betavae.export.onnx.Dim;
import org.betavae.export.onnx.OnnxGraph;
import org.betavae.export.onnx.OnnxNode;
import org.betavae.export.onnx.OnnxValue;

/**
 * Transposes that move only dimensions of 1, as those of images with one channel, to Reshape, which
 * moves no data.
 */
final class TransposeAsReshape implements Rewrite {
  @Override
  public boolean apply(OnnxGraph graph) {
    boolean changed = false;
    for (OnnxNode n : graph.inOrder()) {
      if (!graph.has(n) || !n.is("Transpose") || n.input(0).shape() == null || !keepsOrder(n)) {
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

  private static boolean keepsOrder(OnnxNode n) {
    List<Dim> shape = n.input(0).shape();
    int last = -1;
    for (int axis : Perms.of(n.integers("perm"))) {
      if (!shape.get(axis).is(1)) {
        if (axis < last) {
          return false;
        }
        last = axis;
      }
    }
    return true;
  }
}
