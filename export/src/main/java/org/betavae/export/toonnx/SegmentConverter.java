package org.betavae.export.toonnx;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.OnnxValue;
import org.betavae.export.tf.TfNode;

/**
 * TF {@code UnsortedSegmentSum(data [k..., ...], ids [k...], count)} and its like, and {@code
 * SegmentSum(data [k, ...], ids [k])} and its like, whose count follows from the last id and whose
 * empty segments are 0, or 1 for products, to {@link Segments}.
 */
final class SegmentConverter implements OpConverter {
  private static final Map<String, Segments.Reduction> HOW =
      Map.of(
          "Sum", Segments.Reduction.SUM,
          "Mean", Segments.Reduction.SUM,
          "Prod", Segments.Reduction.PRODUCT,
          "Max", Segments.Reduction.LARGEST,
          "Min", Segments.Reduction.LEAST);

  private static final String UNSORTED = "UnsortedSegment";

  @Override
  public Set<String> tfOps() {
    Set<String> all = new TreeSet<>();
    for (String how : HOW.keySet()) {
      all.add("Segment" + how);
      if (!how.equals("Mean")) {
        all.add(UNSORTED + how);
      }
    }
    return all;
  }

  @Override
  public void convert(TfNode n, Emitter out) {
    boolean unsorted = n.op().startsWith(UNSORTED);
    String how = n.op().substring((unsorted ? UNSORTED : "Segment").length());
    OnnxValue data = out.in(0);
    OnnxValue ids = out.int64(out.in(1));
    if (unsorted) {
      OnnxValue count = out.reshape(out.int64(out.in(2)), 1);
      int depth = out.rank(ids);
      OnnxValue rows = depth == 1 ? data : rows(data, depth, out);
      OnnxValue flat = depth == 1 ? ids : out.reshape(ids, -1);
      out.out(Segments.reduce(HOW.get(how), rows, flat, count, out));
      return;
    }
    OnnxValue last = out.slice(ids, 0, -1, Long.MAX_VALUE);
    OnnxValue count = out.emit("Add", last, out.longs(1));
    OnnxValue reduced = Segments.reduce(HOW.get(how), data, ids, count, out);
    OnnxValue ones = out.emit("Expand", out.longs(1), out.shapeOf(ids));
    OnnxValue sizes = Segments.reduce(Segments.Reduction.SUM, ones, ids, count, out);
    OnnxValue wide = out.unsqueeze(sizes, Emitter.numbers(out.rank(data) - 1, i -> i + 1L));
    out.out(
        switch (how) {
          case "Sum", "Prod" -> reduced;
          case "Mean" -> {
            OnnxValue least = out.emit("Max", wide, out.longs(1));
            yield out.emit("Div", reduced, out.cast(least, data.type()));
          }
          default -> {
            OnnxValue none = out.constant(Tensor.scalar(ElementType.INT64, 0));
            OnnxValue filled = out.emit("Greater", wide, none);
            yield out.emit("Where", filled, reduced, out.scalarLike(data, 0));
          }
        });
  }

  /** The first dimensions as one. */
  private static OnnxValue rows(OnnxValue data, int depth, Emitter out) {
    int rank = out.rank(data);
    if (depth == 0) {
      return out.unsqueeze(data, 0);
    }
    if (depth == rank) {
      return out.reshape(data, -1);
    }
    OnnxValue rest = out.slice(out.shapeOf(data), 0, depth, Integer.MAX_VALUE);
    return out.emit("Reshape", data, out.concat(0, List.of(out.longs(-1), rest)));
  }
}
