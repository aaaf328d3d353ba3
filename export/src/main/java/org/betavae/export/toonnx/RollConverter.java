package org.betavae.export.toonnx;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.OnnxValue;
import org.betavae.export.tf.TfNode;

/**
 * TF {@code Roll(x, shifts, axes)} to ONNX {@code Concat} of two {@code Slice}s for each axis;
 * where the shifts are computed at run time, to {@code Gather}.
 */
final class RollConverter implements OpConverter {
  @Override
  public Set<String> tfOps() {
    return Set.of("Roll");
  }

  @Override
  public void convert(TfNode n, Emitter out) {
    OnnxValue y = out.in(0);
    int rank = out.rank(y);
    long[] axes = out.known(2, "the axes");
    if (!out.in(1).isConstant()) {
      for (int k = 0; k < axes.length; k++) {
        OnnxValue shift = out.slice(out.reshape(out.int64(out.in(1)), -1), 0, k, k + 1);
        y = rolled(y, out.axis(axes[k], rank), shift, out);
      }
      out.out(y);
      return;
    }
    long[] shifts = out.known(1, "the shifts");
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

  private static OnnxValue rolled(OnnxValue x, int axis, OnnxValue shift, Emitter out) {
    OnnxValue size = out.slice(out.shapeOf(x), 0, axis, axis + 1);
    OnnxValue places =
        out.emit(
            "Range",
            out.constant(Tensor.scalar(ElementType.INT64, 0)),
            out.squeeze(size, 0),
            out.constant(Tensor.scalar(ElementType.INT64, 1)));
    OnnxValue from = out.emit("Mod", out.emit("Sub", places, shift), size);
    return out.emit("Gather", Map.of("axis", (long) axis), x, from);
  }
}
