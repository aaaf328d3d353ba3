package org.betavae.export.toonnx;

import java.util.Map;
import java.util.Set;
import org.betavae.export.ElementType;
import org.betavae.export.onnx.OnnxValue;
import org.betavae.export.tf.TfNode;

/**
 * TF {@code ArgMax(x, axis)} and {@code ArgMin} to ONNX's operators of those names; the first of
 * equal values wins in both.
 */
final class ArgConverter implements OpConverter {
  @Override
  public Set<String> tfOps() {
    return Set.of("ArgMax", "ArgMin");
  }

  @Override
  public String notCovered(String tfOp) {
    return "an axis computed at run time";
  }

  @Override
  public void convert(TfNode n, Emitter out) {
    OnnxValue x = out.in(0);
    if (x.type() == ElementType.BOOL) {
      x = out.cast(x, ElementType.INT32);
    }
    long axis = out.axis(out.known(1, "the axis")[0], out.rank(x));
    OnnxValue index = out.emit(n.op(), Map.of("axis", axis, "keepdims", 0L), x);
    out.out(out.cast(index, n.type("output_type", ElementType.INT64)));
  }
}
