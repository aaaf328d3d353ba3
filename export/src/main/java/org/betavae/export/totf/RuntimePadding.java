package org.betavae.export.totf;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.betavae.export.ElementType;
import org.betavae.export.onnx.Dim;

/** ONNX {@code Pad} whose paddings are computed at run time; none may be negative. */
final class RuntimePadding {
  private RuntimePadding() {}

  static TfValue pad(OnnxOp n, TfValue given, TfEmitter out) {
    TfValue x = out.plain(given);
    int rank = x.rank();
    List<Dim> shape = new ArrayList<>();
    for (int i = 0; i < rank; i++) {
      shape.add(out.freshDim());
    }
    TfValue pads = perAxis(out.plain(out.cast(out.in(1), ElementType.INT32)), rank, out);
    String mode = n.text("mode", "constant");
    if (mode.equals("constant")) {
      TfValue value =
          out.has(2) ? out.plain(out.reshape(out.in(2), new long[0])) : out.scalarLike(x, 0);
      return out.node("PadV2", Map.of(), shape, x, pads, value);
    }
    TfValue v = x;
    for (int axis = 0; axis < rank; axis++) {
      TfValue size = out.reshape(out.dimension(x.shape().get(axis)), List.of());
      v = gathered(v, axis, places(pads, axis, size, mode, out), shape.get(axis), out);
    }
    return v;
  }

  /** {@code [rank, 2]} of paddings in front and behind, 0 for axes that are not named. */
  private static TfValue perAxis(TfValue pads, int rank, TfEmitter out) {
    TfValue pairs = out.node("Reshape", Map.of(), null, pads, out.ints(2, -1));
    pairs = out.node("Transpose", Map.of(), null, pairs, out.ints(1, 0));
    if (!out.has(3)) {
      return TfValue.of(out.output(pairs), ElementType.INT32, Shapes.dims(rank, 2));
    }
    TfValue axes = out.plain(out.cast(out.in(3), ElementType.INT32));
    TfValue front = out.binary("FloorMod", axes, out.integer(rank));
    TfValue index = out.node("ExpandDims", Map.of(), null, front, out.integer(1));
    return out.node("ScatterNd", Map.of(), Shapes.dims(rank, 2), index, pairs, out.ints(rank, 2));
  }

  /** Which old element each new one of an axis takes. */
  private static TfValue places(TfValue pads, int axis, TfValue size, String mode, TfEmitter out) {
    TfValue row = out.reshape(out.slice(pads, 0, axis, axis + 1L), 2);
    TfValue before = out.reshape(out.slice(row, 0, 0, 1), new long[0]);
    TfValue after = out.reshape(out.slice(row, 0, 1, 2), new long[0]);
    List<Dim> length = List.of(out.freshDim());
    TfValue at =
        out.node(
            "Range",
            Map.of(),
            length,
            out.unary("Neg", before),
            out.binary("AddV2", size, after),
            out.integer(1));
    TfValue last = out.binary("Sub", size, out.integer(1));
    return switch (mode) {
      case "wrap" -> out.binary("FloorMod", at, size);
      case "reflect" -> {
        TfValue span = out.binary("Mul", out.integer(2), last);
        TfValue round = out.binary("FloorMod", at, out.binary("Maximum", span, out.integer(1)));
        yield out.binary("Minimum", round, out.binary("Sub", span, round));
      }
      default -> out.binary("Minimum", out.binary("Maximum", at, out.integer(0)), last);
    };
  }

  private static TfValue gathered(TfValue v, int axis, TfValue at, Dim size, TfEmitter out) {
    return out.node(
        "GatherV2", Map.of(), Shapes.with(v.shape(), axis, size), v, at, out.integer(axis));
  }
}
