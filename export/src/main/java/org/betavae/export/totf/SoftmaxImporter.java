package org.betavae.export.totf;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.betavae.export.ElementType;
import org.betavae.export.onnx.Dim;

/**
 * ONNX {@code Softmax}, {@code LogSoftmax} and {@code Hardmax}: along one axis from operator set 13
 * on, before that over all dimensions from the axis on.
 */
final class SoftmaxImporter implements OpImporter {
  private static final int ONE_AXIS_SINCE = 13;

  @Override
  public Set<String> onnxOps() {
    return Set.of("Softmax", "LogSoftmax", "Hardmax");
  }

  @Override
  public void convert(OnnxOp n, TfEmitter out) {
    TfValue x = out.in(0);
    int rank = out.rank(x);
    boolean old = n.opset() < ONE_AXIS_SINCE;
    int axis = out.axis(n.integer("axis", old ? 1 : -1), rank);
    if (old && axis < rank - 1) {
      Dim before = Dim.product(x.shape().subList(0, axis));
      Dim after = Dim.product(x.shape().subList(axis, rank));
      TfValue flat = out.reshape(x, List.of(before, after));
      out.out(out.reshape(last(n.op(), flat, out), x.shape()));
      return;
    }
    int[] order = toLast(rank, axis);
    TfValue turned = out.transpose(x, order);
    out.out(out.transpose(last(n.op(), turned, out), Shapes.inverse(order)));
  }

  /** The order of dimensions with one axis moved to the end. */
  static int[] toLast(int rank, int axis) {
    return IntStream.range(0, rank).map(i -> i == rank - 1 ? axis : i < axis ? i : i + 1).toArray();
  }

  private static TfValue last(String op, TfValue x, TfEmitter out) {
    TfValue v = out.plain(x);
    if (!op.equals("Hardmax")) {
      boolean half = v.type() == ElementType.FLOAT16 || v.type() == ElementType.BFLOAT16;
      // As in matrix products: sums in half precision lose digits that other runtimes keep.
      TfValue wide = half ? out.cast(v, ElementType.FLOAT32) : v;
      return out.cast(out.node(op, Map.of(), v.shape(), wide), v.type());
    }
    int rank = v.rank();
    Dim size = v.shape().get(rank - 1);
    List<Dim> shape = v.shape().subList(0, rank - 1);
    TfValue best = out.node("ArgMax", Map.of(), shape, v, out.integer(rank - 1L));
    TfValue depth = out.reshape(out.dimension(size), List.of());
    return out.node(
        "OneHot",
        Map.of("axis", -1L, "TI", ElementType.INT64),
        v.shape(),
        best,
        depth,
        out.scalarLike(v, 1),
        out.scalarLike(v, 0));
  }
}
