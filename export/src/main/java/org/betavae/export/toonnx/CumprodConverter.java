package org.betavae.export.toonnx;

import java.util.Set;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.Dim;
import org.betavae.export.onnx.OnnxValue;
import org.betavae.export.tf.TfNode;

/**
 * TF {@code Cumprod(x, axis)}, which ONNX lacks, to {@code ReduceProd} of x repeated along a new
 * axis, with 1 for what does not count yet.
 */
final class CumprodConverter implements OpConverter {
  @Override
  public Set<String> tfOps() {
    return Set.of("Cumprod");
  }

  @Override
  public String notCovered(String tfOp) {
    return "an axis of unknown size";
  }

  @Override
  public void convert(TfNode n, Emitter out) {
    OnnxValue x = out.in(0);
    int rank = out.rank(x);
    int axis = out.axis(out.known(1, "the axis")[0], rank);
    Dim size = out.dim(x, axis);
    if (!size.isKnown()) {
      throw out.fail("axis " + axis + " has the size " + size, "expected a known size");
    }
    int length = (int) size.value();
    Tensor counts = RunningMask.of(length, rank - axis + 1, n.flag("exclusive"), n.flag("reverse"));
    OnnxValue spread =
        out.emit("Where", out.constant(counts), out.unsqueeze(x, axis), out.scalarLike(x, 1));
    out.out(out.reduce("ReduceProd", spread, false, axis + 1));
  }
}
