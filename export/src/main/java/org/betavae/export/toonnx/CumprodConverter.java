package org.betavae.export.toonnx;

import java.util.Set;
import org.betavae.export.ElementType;
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
    boolean exclusive = n.flag("exclusive");
    boolean reverse = n.flag("reverse");
    // Element j counts for result i; the results come first: [i, j, 1, ...].
    long[] shape = Emitter.numbers(rank - axis + 1, i -> i < 2 ? length : 1);
    Tensor counts =
        Tensor.ofLongs(
            ElementType.BOOL,
            shape,
            k -> {
              int behind = reverse ? k % length - k / length : k / length - k % length;
              return behind > 0 || (behind == 0 && !exclusive) ? 1 : 0;
            });
    OnnxValue spread =
        out.emit("Where", out.constant(counts), out.unsqueeze(x, axis), out.scalarLike(x, 1));
    out.out(out.reduce("ReduceProd", spread, false, axis + 1));
  }
}
