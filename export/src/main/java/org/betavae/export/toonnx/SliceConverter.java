package org.betavae.export.toonnx;

import java.util.Set;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.OnnxValue;
import org.betavae.export.tf.TfNode;

/**
 * TF {@code Slice(x, begin, size)}, where a size of -1 means the rest, to ONNX {@code Slice(X,
 * starts, ends)}.
 */
final class SliceConverter implements OpConverter {
  @Override
  public Set<String> tfOps() {
    return Set.of("Slice");
  }

  @Override
  public void convert(TfNode n, Emitter out) {
    OnnxValue x = out.in(0);
    OnnxValue begin = out.int64(out.in(1));
    OnnxValue size = out.int64(out.in(2));
    long[] axes = Emitter.numbers(out.rank(x), i -> i);
    OnnxValue ends;
    if (size.isConstant() && begin.isConstant()) {
      long[] b = begin.constant().toLongs();
      long[] s = size.constant().toLongs();
      ends = out.longs(Emitter.numbers(s.length, i -> s[i] < 0 ? Long.MAX_VALUE : b[i] + s[i]));
    } else {
      OnnxValue rest = out.emit("Less", size, out.constant(Tensor.scalar(ElementType.INT64, 0)));
      ends =
          out.emit(
              "Where",
              rest,
              out.constant(Tensor.ofLongs(ElementType.INT64, new long[0], i -> Long.MAX_VALUE)),
              out.emit("Add", begin, size));
    }
    out.out(out.emit("Slice", x, begin, ends, out.longs(axes)));
  }
}
