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
 * on, before that to {@code Where} with a constant mask.
 */
final class BandConverter implements OpConverter {
  @Override
  public Set<String> tfOps() {
    return Set.of("MatrixBandPart");
  }

  @Override
  public String notCovered(String tfOp) {
    return "numbers of diagonals computed at run time; unknown sizes below operator set 14";
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
      throw out.fail(
          "its matrices are " + rows + " x " + columns,
          "expected known sizes below operator set 14");
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
}
