package org.betavae.export.toonnx;

import java.util.Map;
import java.util.Set;
import org.betavae.export.tf.TfNode;

/**
 * TF {@code Softmax} and {@code LogSoftmax}, along the last axis, to ONNX's operators of those
 * names.
 */
final class SoftmaxConverter implements OpConverter {
  @Override
  public Set<String> tfOps() {
    return Set.of("Softmax", "LogSoftmax");
  }

  @Override
  public void convert(TfNode n, Emitter out) {
    out.out(out.emit(n.op(), Map.of("axis", -1L), out.in(0)));
  }
}
