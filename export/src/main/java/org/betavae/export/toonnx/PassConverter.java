package org.betavae.export.toonnx;

import java.util.Set;
import org.betavae.export.tf.TfNode;

/**
 * TF {@code EnsureShape(x)}, which only checks, and what only training minds, to nothing. (In a
 * model that was read from files, Identity and its like have fallen away before.)
 */
final class PassConverter implements OpConverter {
  @Override
  public Set<String> tfOps() {
    return Set.of("EnsureShape", "Identity", "StopGradient");
  }

  @Override
  public void convert(TfNode n, Emitter out) {
    out.out(out.in(0));
  }
}
