package org.betavae.export.totf;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.Dim;

/** {@code Squeeze} and {@code Unsqueeze} at axes that are computed at run time. */
final class RuntimeAxes {
  private RuntimeAxes() {}

  /** The value with dimensions of 1 at axes of the result. */
  static TfValue unsqueeze(TfEmitter out, TfValue x, TfValue axes) {
    int rank = out.rank(x) + out.size(axes, 0);
    TfValue added = marked(out, axes, rank);
    TfValue old = out.binary("Sub", numbers(out, rank, 1), added);
    TfValue place =
        out.node("Cumsum", Map.of("exclusive", true), Shapes.dims(rank), old, out.integer(0));
    TfValue last = Indices.number(out, Math.max(0, x.rank() - 1));
    TfValue sizes = x.rank() == 0 ? numbers(out, 1, 1) : out.shapeOf(x);
    TfValue from = out.gather(sizes, out.binary("Minimum", place, last), 0);
    TfValue isAdded = out.binary("Greater", added, Indices.number(out, 0));
    TfValue shape = out.broadcasting("SelectV2", Map.of(), isAdded, Indices.number(out, 1), from);
    return out.node("Reshape", Map.of(), fresh(out, rank), x, shape);
  }

  /** The value without dimensions at axes. */
  static TfValue squeeze(TfEmitter out, TfValue x, TfValue axes) {
    TfValue gone = marked(out, axes, out.rank(x));
    int rank = x.rank() - out.size(axes, 0);
    TfValue kept = out.binary("Equal", gone, Indices.number(out, 0));
    TfValue places = out.node("Where", Map.of(), List.of(Dim.of(rank), Dim.ONE), kept);
    TfValue at = out.reshape(places, Shapes.dims(rank));
    TfValue shape = out.gather(out.shapeOf(x), at, 0);
    return out.node("Reshape", Map.of(), fresh(out, rank), x, shape);
  }

  /** 1 at the axes of a rank, 0 elsewhere, of int64. */
  private static TfValue marked(TfEmitter out, TfValue axes, int rank) {
    TfValue at = out.cast(out.plain(axes), ElementType.INT64);
    TfValue wrapped = Indices.wrapped(out, at, Indices.number(out, rank));
    TfValue places =
        out.node("Reshape", Map.of(), List.of(out.dim(axes, 0), Dim.ONE), wrapped, out.ints(-1, 1));
    return out.node(
        "TensorScatterUpdate",
        Map.of(),
        Shapes.dims(rank),
        numbers(out, rank, 0),
        places,
        out.unary("OnesLike", at));
  }

  private static TfValue numbers(TfEmitter out, int count, long value) {
    return out.constant(Tensor.ofLongs(ElementType.INT64, new long[] {count}, i -> value));
  }

  private static List<Dim> fresh(TfEmitter out, int rank) {
    List<Dim> dims = new ArrayList<>();
    for (int i = 0; i < rank; i++) {
      dims.add(out.freshDim());
    }
    return dims;
  }
}
