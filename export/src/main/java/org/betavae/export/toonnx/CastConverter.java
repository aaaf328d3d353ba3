package org.betavae.export.toonnx;

import java.util.Set;
import org.betavae.export.tf.TfNode;

/** TF {@code Cast(x)} to ONNX {@code Cast(x)}; both cut floating point towards zero. */
final class CastConverter implements OpConverter {
  @Override
  public Set<String> tfOps() {
    return Set.of("Cast");
  }

  @Override
  public void convert(TfNode n, Emitter out) {
    out.out(out.cast(out.in(0), n.type("DstT")));
  }
}
