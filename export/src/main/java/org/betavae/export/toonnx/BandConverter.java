package org.betavae.export.toonnx;

import java.util.Map;
import java.util.Set;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.Dim;
import org.betavae.export.onnx.OnnxValue;
import org.betavae.export.tf.TfNode;

/**
 * TF {@code MatrixBandPart(x [...,m,n], lower, upper)} to ONNX {@code Trilu} from operator set 14
 * on, before that to {@code Where} with a mask.
 */
final class BandConverter implements OpConverter {
  @Override
  public Set<String> tfOps() {
    return Set.of("MatrixBandPart");
  }

  @Override
  public String notCovered(String tfOp) {
    return "numbers of diagonals computed at run time";
  }

  @Override
  public void convert(TfNode n, Emitter out) {
    OnnxValue x = out.in(0);
    long lower = out.known(1, "the number of diagonals below")[0];
    long upper = out.known(2, "the number of diagonals above")[0];
    int rank = out.rank(x);
    Dim rows = out.dim(x, rank - 2);
    Dim columns = out.dim(x, rank - 1);
    if (rows.isKnown() && columns.isKnown()) {
      int width = (int) columns.value();
      Tensor mask =
          Tensor.ofLongs(
              ElementType.BOOL,
              new long[] {rows.value(), width},
              i -> {
                int below = i / width - i % width;
                return (lower < 0 || below <= lower) && (upper < 0 || -below <= upper) ? 1 : 0;
              });
      out.out(out.emit("Where", out.constant(mask), x, out.scalarLike(x, 0)));
      return;
    }
    if (out.opset() < 14) {
      OnnxValue within = mask(x, lower, upper, out);
      out.out(within == null ? x : out.emit("Where", within, x, out.scalarLike(x, 0)));
      return;
    }
    OnnxValue y = x;
    if (upper >= 0) {
      y = out.emit("Trilu", Map.of("upper", 0L), y, out.constant(Tensor.longs(upper).reshape()));
    }
    if (lower >= 0) {
      y = out.emit("Trilu", Map.of("upper", 1L), y, out.constant(Tensor.longs(-lower).reshape()));
    }
    out.out(y);
  }

  /** True in the band, from sizes known at run time; null if all is in it. */
  private static OnnxValue mask(OnnxValue x, long lower, long upper, Emitter out) {
    int rank = out.rank(x);
    OnnxValue rows = upTo(out.slice(out.shapeOf(x), 0, rank - 2, rank - 1), out);
    OnnxValue columns = upTo(out.slice(out.shapeOf(x), 0, rank - 1, rank), out);
    OnnxValue below = out.emit("Sub", out.unsqueeze(rows, 1), columns);
    OnnxValue left =
        lower < 0
            ? null
            : out.emit("Less", below, out.constant(Tensor.scalar(ElementType.INT64, lower + 1.0)));
    OnnxValue right =
        upper < 0
            ? null
            : out.emit(
                "Greater", below, out.constant(Tensor.scalar(ElementType.INT64, -upper - 1.0)));
    return left == null ? right : right == null ? left : out.emit("And", left, right);
  }

  private static OnnxValue upTo(OnnxValue count, Emitter out) {
    OnnxValue zero = out.constant(Tensor.scalar(ElementType.INT64, 0));
    OnnxValue one = out.constant(Tensor.scalar(ElementType.INT64, 1));
    return out.emit("Range", zero, out.squeeze(count, 0), one);
  }
}
