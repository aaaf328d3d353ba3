package org.betavae.export.toonnx;

import java.util.Arrays;
import java.util.Set;
import org.betavae.export.onnx.OnnxValue;
import org.betavae.export.tf.TfNode;

/** TF {@code ReverseV2(x, axes)} to ONNX {@code Slice} with steps of -1. */
final class ReverseConverter implements OpConverter {
  @Override
  public Set<String> tfOps() {
    return Set.of("ReverseV2");
  }

  @Override
  public void convert(TfNode n, Emitter out) {
    OnnxValue x = out.in(0);
    int rank = out.rank(x);
    long[] axes = Arrays.stream(out.known(1, "the axes")).map(a -> out.axis(a, rank)).toArray();
    if (axes.length == 0) {
      out.out(x);
      return;
    }
    OnnxValue back = out.longs(Emitter.numbers(axes.length, i -> -1));
    OnnxValue end = out.longs(Emitter.numbers(axes.length, i -> Long.MIN_VALUE));
    out.out(out.emit("Slice", x, back, end, out.longs(axes), back));
  }
}
