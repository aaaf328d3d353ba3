package org.betavae.export.toonnx;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.ElementType;
import org.betavae.export.onnx.OnnxValue;
import org.betavae.export.tf.TfNode;

/**
 * TF {@code OneHot(indices, depth, on, off)} to ONNX {@code OneHot(indices, depth, [off, on])}. A
 * negative index gives no 1 in TensorFlow and counts from the end in ONNX, so it is moved out of
 * range first.
 */
final class OneHotConverter implements OpConverter {
  @Override
  public Set<String> tfOps() {
    return Set.of("OneHot");
  }

  @Override
  public void convert(TfNode n, Emitter out) {
    OnnxValue index = out.int64(out.in(0));
    OnnxValue depth = out.int64(out.in(1));
    boolean single = out.rank(index) == 0;
    if (single) {
      index = out.unsqueeze(index, 0);
    }
    OnnxValue negative = out.emit("Less", index, out.scalarLike(index, 0));
    index = out.emit("Where", negative, depth, index);
    ElementType type = out.in(2).type();
    ElementType through =
        type == ElementType.FLOAT32
            ? type
            : type.isInteger() || type == ElementType.BOOL
                ? ElementType.INT64
                : ElementType.FLOAT32;
    OnnxValue values =
        out.concat(
            0,
            List.of(
                out.reshape(out.cast(out.in(3), through), 1),
                out.reshape(out.cast(out.in(2), through), 1)));
    OnnxValue y =
        out.cast(
            out.emit("OneHot", Map.of("axis", n.integer("axis", -1)), index, depth, values), type);
    out.out(single ? out.squeeze(y, n.integer("axis", -1) == 0 ? 1 : 0) : y);
  }
}
