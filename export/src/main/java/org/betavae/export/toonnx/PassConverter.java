package org.betavae.export.toonnx;

import java.util.Set;
import org.betavae.export.tf.TfNode;

/**
 * TF {@code EnsureShape(x)}, which only checks, to nothing. (Identity and its like fall away when
 * the graph is read.)
 */
final class PassConverter implements OpConverter {
  @Override
  public Set<String> tfOps() {
    return Set.of("EnsureShape");
  }

  @Override
  public void convert(TfNode n, Emitter out) {
    out.out(out.in(0));
  }
}
