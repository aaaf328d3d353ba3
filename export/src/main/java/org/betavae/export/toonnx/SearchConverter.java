package org.betavae.export.toonnx;

import java.util.Map;
import java.util.Set;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.OnnxValue;
import org.betavae.export.tf.TfNode;

/**
 * TF {@code LowerBound(sorted [b,n], values [b,m])} and {@code UpperBound}, to sums of comparisons;
 * {@code InTopKV2(predictions [b,c], targets [b], k)}, to a count of what is larger; {@code
 * HistogramFixedWidth(values, range, bins)}, to {@code OneHot} summed; and {@code
 * CumulativeLogsumexp(x, axis)}, to {@code ReduceLogSumExp} of x repeated.
 */
final class SearchConverter implements OpConverter {
  @Override
  public Set<String> tfOps() {
    return Set.of(
        "LowerBound",
        "UpperBound",
        "InTopK",
        "InTopKV2",
        "HistogramFixedWidth",
        "CumulativeLogsumexp");
  }

  @Override
  public String notCovered(String tfOp) {
    return tfOp.equals("CumulativeLogsumexp") ? "an axis of unknown size" : "";
  }

  @Override
  public void convert(TfNode n, Emitter out) {
    out.out(
        switch (n.op()) {
          case "LowerBound" -> bound(n, "Less", out);
          case "UpperBound" -> bound(n, "LessOrEqual", out);
          case "HistogramFixedWidth" -> histogram(n, out);
          case "CumulativeLogsumexp" -> logSums(n, out);
          default -> inTop(n, out);
        });
  }

  private static OnnxValue bound(TfNode n, String comparison, Emitter out) {
    OnnxValue sorted = out.unsqueeze(out.in(0), 1);
    OnnxValue values = out.unsqueeze(out.in(1), 2);
    OnnxValue before = out.emit(comparison, sorted, values);
    ElementType type = n.type("out_type", ElementType.INT32);
    return out.reduce("ReduceSum", out.cast(before, type), false, 2);
  }

  /** Targets with as much as the k-th are in; what is not finite is not. */
  private static OnnxValue inTop(TfNode n, Emitter out) {
    OnnxValue scores = out.in(0);
    OnnxValue target = out.unsqueeze(out.int64(out.in(1)), 1);
    OnnxValue own = out.emit("GatherElements", Map.of("axis", 1L), scores, target);
    OnnxValue larger =
        out.reduce(
            "ReduceSum", out.cast(out.emit("Greater", scores, own), ElementType.INT64), false, 1);
    OnnxValue k =
        n.op().equals("InTopKV2")
            ? out.int64(out.in(2))
            : out.constant(Tensor.longs(n.integer("k", 1)).reshape());
    return out.emit("Less", larger, k);
  }

  private static OnnxValue histogram(TfNode n, Emitter out) {
    OnnxValue x = out.in(0);
    OnnxValue low = out.squeeze(out.slice(out.in(1), 0, 0, 1), 0);
    OnnxValue high = out.squeeze(out.slice(out.in(1), 0, 1, 2), 0);
    OnnxValue bins = out.int64(out.in(2));
    OnnxValue step = out.emit("Div", out.emit("Sub", high, low), out.cast(bins, x.type()));
    OnnxValue at = out.emit("Floor", out.emit("Div", out.emit("Sub", x, low), step));
    OnnxValue zero = out.scalarLike(x, 0);
    OnnxValue last = out.emit("Sub", out.cast(bins, x.type()), out.scalarLike(x, 1));
    OnnxValue bin = out.int64(out.emit("Min", out.emit("Max", at, zero), last));
    OnnxValue offOn = out.constant(Tensor.floats(new long[] {2}, 0, 1));
    OnnxValue hot =
        out.emit("OneHot", Map.of("axis", -1L), out.reshape(bin, -1), out.reshape(bins, 1), offOn);
    ElementType type = n.type("dtype", ElementType.INT32);
    return out.cast(out.reduce("ReduceSum", hot, false, 0), type);
  }

  private static OnnxValue logSums(TfNode n, Emitter out) {
    OnnxValue x = out.in(0);
    int rank = out.rank(x);
    int axis = out.axis(out.known(1, "the axis")[0], rank);
    if (!out.dim(x, axis).isKnown()) {
      throw out.fail("axis " + axis + " has the size " + out.dim(x, axis), "expected a known size");
    }
    int length = (int) out.dim(x, axis).value();
    Tensor counts = RunningMask.of(length, rank - axis + 1, n.flag("exclusive"), n.flag("reverse"));
    OnnxValue none = out.scalarLike(x, -Float.MAX_VALUE);
    OnnxValue spread = out.emit("Where", out.constant(counts), out.unsqueeze(x, axis), none);
    return out.reduce("ReduceLogSumExp", spread, false, axis + 1);
  }
}
