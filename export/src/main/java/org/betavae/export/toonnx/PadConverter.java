package org.betavae.export.toonnx;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.onnx.OnnxValue;
import org.betavae.export.tf.TfNode;

/**
 * TF {@code Pad(x, paddings [rank,2])}, {@code PadV2} and {@code MirrorPad} to ONNX {@code Pad(x,
 * pads [2 rank])}, which lists all begins before all ends. ONNX reflects without the edge; with the
 * edge (SYMMETRIC), the mirrored parts are cut and joined.
 */
final class PadConverter implements OpConverter {
  @Override
  public Set<String> tfOps() {
    return Set.of("Pad", "PadV2", "MirrorPad");
  }

  @Override
  public void convert(TfNode n, Emitter out) {
    OnnxValue x = out.in(0);
    boolean mirror = n.op().equals("MirrorPad");
    if (mirror && n.text("mode", "REFLECT").equals("SYMMETRIC")) {
      out.out(symmetric(x, out.known(1, "the paddings"), out));
      return;
    }
    OnnxValue pads = out.reshape(out.transpose(out.int64(out.in(1)), 1, 0), -1);
    if (mirror) {
      out.out(out.emit("Pad", Map.of("mode", "reflect"), x, pads));
    } else if (n.op().equals("PadV2")) {
      out.out(out.emit("Pad", x, pads, out.in(2)));
    } else {
      out.out(out.emit("Pad", x, pads));
    }
  }

  private static OnnxValue symmetric(OnnxValue x, long[] paddings, Emitter out) {
    OnnxValue y = x;
    for (int axis = 0; axis < out.rank(x); axis++) {
      long before = paddings[2 * axis];
      long after = paddings[2 * axis + 1];
      if (before == 0 && after == 0) {
        continue;
      }
      OnnxValue first = reversed(y, axis, before - 1, Long.MIN_VALUE, out);
      OnnxValue last = reversed(y, axis, -1, -after - 1, out);
      y =
          out.concat(
              axis,
              before == 0
                  ? List.of(y, last)
                  : after == 0 ? List.of(first, y) : List.of(first, y, last));
    }
    return y;
  }

  private static OnnxValue reversed(OnnxValue x, int axis, long from, long downTo, Emitter out) {
    return out.emit("Slice", x, out.longs(from), out.longs(downTo), out.longs(axis), out.longs(-1));
  }
}
