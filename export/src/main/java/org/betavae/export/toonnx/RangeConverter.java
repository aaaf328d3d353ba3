package org.betavae.export.toonnx;

import java.util.Set;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.OnnxValue;
import org.betavae.export.tf.TfNode;

/**
 * TF {@code Range(start, limit, delta)} to ONNX {@code Range}; TF {@code LinSpace(start, stop,
 * num)} to start + i (stop - start) / (num - 1).
 */
final class RangeConverter implements OpConverter {
  @Override
  public Set<String> tfOps() {
    return Set.of("Range", "LinSpace");
  }

  @Override
  public String notCovered(String tfOp) {
    return tfOp.equals("LinSpace") ? "a count computed at run time" : "";
  }

  @Override
  public void convert(TfNode n, Emitter out) {
    if (n.op().equals("Range")) {
      out.out(out.emit("Range", out.in(0), out.in(1), out.in(2)));
      return;
    }
    OnnxValue start = out.in(0);
    OnnxValue stop = out.in(1);
    long count = out.known(2, "the number of values")[0];
    if (count < 1) {
      throw out.fail("it makes " + count + " values", "expected at least 1");
    }
    ElementType type = start.type();
    OnnxValue share =
        out.constant(
            Tensor.ofDoubles(
                type, new long[] {count}, i -> count == 1 ? 0 : (double) i / (count - 1)));
    out.out(out.emit("Add", start, out.emit("Mul", share, out.emit("Sub", stop, start))));
  }
}
