package org.betavae.export.toonnx;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.ElementType;
import org.betavae.export.onnx.OnnxValue;
import org.betavae.export.tf.TfNode;

/**
 * TF {@code Unique(x [n])}, {@code UniqueV2(x, axis)} and their forms with counts to ONNX {@code
 * Unique} in the order of first occurrence, which is TensorFlow's.
 */
final class UniqueConverter implements OpConverter {
  @Override
  public Set<String> tfOps() {
    return Set.of("Unique", "UniqueV2", "UniqueWithCounts", "UniqueWithCountsV2");
  }

  @Override
  public void convert(TfNode n, Emitter out) {
    OnnxValue x = out.in(0);
    // Numbers that ONNX Runtime compares: float32, float64, int8 and int64.
    ElementType type = x.type().isFloat() ? ElementType.FLOAT64 : ElementType.INT64;
    OnnxValue in = x.type() == ElementType.FLOAT32 ? x : out.cast(x, type);
    long[] axes = n.op().endsWith("V2") ? out.known(1, "the axis") : new long[0];
    Map<String, Long> attributes =
        out.rank(x) == 1
            ? Map.of("sorted", 0L)
            : Map.of("sorted", 0L, "axis", (long) axis(axes, out.rank(x), out));
    List<OnnxValue> found = out.emitAll("Unique", attributes, 4, in);
    ElementType index = n.type("out_idx", ElementType.INT32);
    out.out(0, out.cast(found.get(0), x.type()));
    out.out(1, out.cast(found.get(2), index));
    if (n.op().contains("Counts")) {
      out.out(2, out.cast(found.get(3), index));
    }
  }

  private static int axis(long[] axes, int rank, Emitter out) {
    if (axes.length != 1) {
      throw out.fail("it has " + axes.length + " axes and " + rank + " dimensions", "expected 1");
    }
    return out.axis(axes[0], rank);
  }
}
