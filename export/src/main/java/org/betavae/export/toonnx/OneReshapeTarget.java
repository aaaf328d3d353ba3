package org.betavae.export.toonnx;

import java.util.Arrays;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.OnnxGraph;
import org.betavae.export.onnx.OnnxNode;
import org.betavae.export.onnx.OnnxValue;

/** One way to say the target of a Reshape where there are several, so that equal ones are one. */
final class OneReshapeTarget implements Rewrite {
  @Override
  public boolean apply(OnnxGraph graph) {
    boolean changed = false;
    for (OnnxNode n : graph.nodes()) {
      boolean plain =
          n.is("Reshape")
              && n.input(1).isConstant()
              && n.integer("allowzero", 0) == 0
              && n.input(0).shape() != null
              && n.output().shape() != null;
      long[] target = plain ? Build.reshapeTarget(n.input(0).shape(), n.output().shape()) : null;
      if (target != null && !Arrays.equals(target, n.input(1).constant().toLongs())) {
        OnnxValue constant = graph.constant(n.input(1).name(), Tensor.longs(target));
        graph.setInput(n, 1, constant);
        changed = true;
      }
    }
    return changed;
  }
}
