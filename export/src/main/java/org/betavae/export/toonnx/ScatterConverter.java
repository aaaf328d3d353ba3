package org.betavae.export.toonnx;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.onnx.OnnxValue;
import org.betavae.export.tf.TfNode;

/**
 * TF {@code TensorScatterUpdate(x, indices, updates)} and its like to ONNX {@code ScatterND};
 * {@code ScatterNd(indices, updates, shape)} adds to zeros. Before operator set 16, which adds, and
 * 18, which takes the least and largest, updates of one place are combined first, by {@link
 * Segments}.
 */
final class ScatterConverter implements OpConverter {
  @Override
  public Set<String> tfOps() {
    return Set.of(
        "ScatterNd",
        "TensorScatterUpdate",
        "TensorScatterAdd",
        "TensorScatterSub",
        "TensorScatterMax",
        "TensorScatterMin");
  }

  @Override
  public void convert(TfNode n, Emitter out) {
    boolean fresh = n.op().equals("ScatterNd");
    OnnxValue index = out.int64(out.in(fresh ? 0 : 1));
    OnnxValue updates = out.in(fresh ? 1 : 2);
    OnnxValue x = fresh ? Fills.of(out, out.in(2), updates.type(), 0) : out.in(0);
    String reduction =
        switch (n.op()) {
          case "TensorScatterUpdate" -> "none";
          case "TensorScatterMax" -> "max";
          case "TensorScatterMin" -> "min";
          default -> "add";
        };
    if (n.op().equals("TensorScatterSub")) {
      updates = out.emit("Sub", out.scalarLike(updates, 0), updates);
    }
    int from = reduction.equals("none") ? 13 : reduction.equals("add") ? 16 : 18;
    if (out.opset() < from) {
      out.out(combined(reduction, x, index, updates, out));
      return;
    }
    Map<String, Object> attributes =
        reduction.equals("none") ? Map.of() : Map.of("reduction", reduction);
    out.out(out.emit("ScatterND", attributes, x, index, updates));
  }

  /** Places as numbers in a flattened x, updates of each combined with what is there. */
  private static OnnxValue combined(
      String reduction, OnnxValue x, OnnxValue index, OnnxValue updates, Emitter out) {
    int last = out.rank(index) - 1;
    int depth = (int) out.dim(index, last).orElse(-1);
    if (depth < 1) {
      throw out.fail(
          "how many coordinates a place has is not known", "expected a known last dimension");
    }
    OnnxValue shape = out.shapeOf(x);
    OnnxValue flat = null;
    for (int i = 0; i < depth; i++) {
      OnnxValue size = out.squeeze(out.slice(shape, 0, i, i + 1), 0);
      OnnxValue at = out.squeeze(out.slice(index, last, i, i + 1), last);
      flat = flat == null ? at : out.emit("Add", out.emit("Mul", flat, size), at);
    }
    OnnxValue head = out.slice(shape, 0, 0, depth);
    OnnxValue count = out.reduce("ReduceProd", head, true, 0);
    int rest = out.rank(x) - depth;
    OnnxValue tail = out.slice(shape, 0, depth, Integer.MAX_VALUE);
    OnnxValue rows =
        rest == 0
            ? out.reshape(updates, -1)
            : out.emit("Reshape", updates, out.concat(0, List.of(out.longs(-1), tail)));
    Segments.Reduction how =
        switch (reduction) {
          case "add" -> Segments.Reduction.SUM;
          case "max" -> Segments.Reduction.LARGEST;
          default -> Segments.Reduction.LEAST;
        };
    OnnxValue segments = Segments.reduce(how, rows, out.reshape(flat, -1), count, out);
    OnnxValue same = out.emit("Reshape", segments, shape);
    return out.emit(
        switch (how) {
          case LARGEST -> "Max";
          case LEAST -> "Min";
          default -> "Add";
        },
        x,
        same);
  }
}
