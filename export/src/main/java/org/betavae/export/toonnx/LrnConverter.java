package org.betavae.export.toonnx;

import java.util.Map;
import java.util.Set;
import org.betavae.export.onnx.OnnxValue;
import org.betavae.export.tf.TfNode;

/**
 * TF {@code LRN(x [n,h,w,c])}, which sums alpha x² over 2r+1 channels, to ONNX {@code LRN}, which
 * divides alpha by their number first.
 */
final class LrnConverter implements OpConverter {
  @Override
  public Set<String> tfOps() {
    return Set.of("LRN");
  }

  @Override
  public void convert(TfNode n, Emitter out) {
    Layout layout = new Layout(true, 2);
    long size = 2 * n.integer("depth_radius", 5) + 1;
    OnnxValue x = layout.toOnnx(out.in(0), out);
    OnnxValue y =
        out.emit(
            "LRN",
            Map.of(
                "size",
                size,
                "alpha",
                n.number("alpha", 1) * size,
                "beta",
                n.number("beta", 0.5f),
                "bias",
                n.number("bias", 1)),
            x);
    out.out(layout.toTf(y, out));
  }
}
