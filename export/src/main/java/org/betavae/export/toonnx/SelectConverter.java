package org.betavae.export.toonnx;

import java.util.Map;
import java.util.Set;
import org.betavae.export.ElementType;
import org.betavae.export.onnx.OnnxValue;
import org.betavae.export.tf.TfNode;

/**
 * TF {@code Select(c, x, y)} and {@code SelectV2} to ONNX {@code Where(c, x, y)}; TF {@code
 * Where(c)}, the places where c is true {@code [n, rank]}, to {@code Transpose(NonZero(c))}.
 */
final class SelectConverter implements OpConverter {
  @Override
  public Set<String> tfOps() {
    return Set.of("Select", "SelectV2", "Where");
  }

  @Override
  public void convert(TfNode n, Emitter out) {
    OnnxValue c = out.in(0);
    if (n.op().equals("Where")) {
      boolean kernel =
          Set.of(ElementType.FLOAT32, ElementType.INT32, ElementType.INT64).contains(c.type());
      OnnxValue test = kernel ? c : out.cast(c, ElementType.BOOL);
      out.out(out.transpose(out.emit("NonZero", test), 1, 0));
      return;
    }
    OnnxValue x = out.in(1);
    OnnxValue y = out.in(2);
    if (n.op().equals("Select") && out.rank(c) == 1 && out.rank(x) > 1) {
      c = out.unsqueeze(c, Emitter.numbers(out.rank(x) - 1, i -> i + 1));
    }
    if (x.type() == ElementType.BOOL) {
      out.out(out.emit("Or", out.emit("And", c, x), out.emit("And", out.emit("Not", c), y)));
    } else {
      out.out(out.emit("Where", Map.of(), c, x, y));
    }
  }
}
