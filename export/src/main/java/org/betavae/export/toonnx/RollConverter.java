package org.betavae.export.toonnx;

import java.util.List;
import java.util.Set;
import org.betavae.export.onnx.OnnxValue;
import org.betavae.export.tf.TfNode;

/** TF {@code Roll(x, shifts, axes)} to ONNX {@code Concat} of two {@code Slice}s for each axis. */
final class RollConverter implements OpConverter {
  @Override
  public Set<String> tfOps() {
    return Set.of("Roll");
  }

  @Override
  public void convert(TfNode n, Emitter out) {
    OnnxValue y = out.in(0);
    int rank = out.rank(y);
    long[] shifts = out.known(1, "the shifts");
    long[] axes = out.known(2, "the axes");
    for (int k = 0; k < axes.length; k++) {
      int axis = out.axis(axes[k], rank);
      long size = out.dim(y, axis).orElse(0);
      long shift = size > 0 ? Math.floorMod(shifts[k], size) : shifts[k];
      if (shift != 0) {
        y =
            out.concat(
                axis,
                List.of(out.slice(y, axis, -shift, Long.MAX_VALUE), out.slice(y, axis, 0, -shift)));
      }
    }
    out.out(y);
  }
}
