package org.betavae.export.totf;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.ElementType;
import org.betavae.export.onnx.Dim;

/**
 * ONNX {@code Gather}, {@code GatherElements} and {@code GatherND}, by operators with gradients.
 */
final class GatherImporter implements OpImporter {
  @Override
  public Set<String> onnxOps() {
    return Set.of("Gather", "GatherElements", "GatherND");
  }

  @Override
  public void convert(OnnxOp n, TfEmitter out) {
    TfValue data = out.in(0);
    TfValue indices = out.in(1);
    switch (n.op()) {
      case "Gather" -> {
        int axis = out.axis(n.integer("axis", 0), out.rank(data));
        TfValue at = Indices.wrapped(out, indices, Indices.size(out, data, axis));
        out.out(out.gather(out.plain(data), at, axis));
      }
      case "GatherElements" -> {
        int axis = out.axis(n.integer("axis", 0), out.rank(data));
        out.out(elements(out, data, indices, axis));
      }
      default -> out.out(nd(n, out, data, indices));
    }
  }

  /** What stands at places along an axis, one for each element of the indices. */
  static TfValue elements(TfEmitter out, TfValue data, TfValue indices, int axis) {
    TfValue at = out.cast(indices, ElementType.INT64);
    TfValue wrapped = Indices.wrapped(out, at, Indices.size(out, data, axis));
    TfValue places = Indices.elements(out, wrapped, axis);
    return out.node("GatherNd", Map.of(), indices.shape(), data, places);
  }

  private static TfValue nd(OnnxOp n, TfEmitter out, TfValue data, TfValue indices) {
    int batch = (int) n.integer("batch_dims", 0);
    int rank = out.rank(indices);
    int depth = out.size(indices, rank - 1);
    TfValue at = out.cast(indices, ElementType.INT64);
    TfValue all = out.shapeOf(data);
    TfValue sizes = out.slice(all, 0, batch, batch + depth);
    TfValue places = Indices.wrapped(out, at, sizes);
    if (batch > 0) {
      places = withBatch(out, places, batch);
    }
    List<Dim> shape = new ArrayList<>(indices.shape().subList(0, rank - 1));
    shape.addAll(data.shape().subList(batch + depth, out.rank(data)));
    return out.node("GatherNd", Map.of(), shape, data, places);
  }

  /** Coordinates with those of the leading dimensions, which are the element's own, in front. */
  private static TfValue withBatch(TfEmitter out, TfValue places, int batch) {
    int rank = out.rank(places);
    TfValue zeros = out.unary("ZerosLike", out.slice(places, rank - 1, 0, 1));
    List<TfValue> parts = new ArrayList<>();
    for (int i = 0; i < batch; i++) {
      TfValue own = Indices.counted(out, Indices.size(out, places, i), out.dim(places, i), i, rank);
      parts.add(out.binary("AddV2", own, zeros));
    }
    parts.add(places);
    return out.concat(rank - 1, parts);
  }
}
