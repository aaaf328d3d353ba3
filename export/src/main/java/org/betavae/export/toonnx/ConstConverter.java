package org.betavae.export.toonnx;

import java.util.Set;
import org.betavae.export.tf.TfNode;

/** TF {@code Const}, and variables with their stored value, to an ONNX initializer. */
final class ConstConverter implements OpConverter {
  @Override
  public Set<String> tfOps() {
    return Set.of(TfNode.CONST);
  }

  @Override
  public void convert(TfNode n, Emitter out) {
    if (n.value() == null) {
      throw out.fail("its value is a text or a resource", "expected numbers");
    }
    out.out(out.graph().constant(n.name(), n.value()));
  }
}
