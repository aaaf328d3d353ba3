package org.betavae.export.toonnx;

import java.util.List;
import java.util.Set;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.OnnxValue;
import org.betavae.export.tf.TfNode;

/**
 * TF {@code MatrixDiag(d [...,n])}, {@code MatrixDiagPart(x [...,m,n])} and {@code MatrixSetDiag(x
 * [...,m,n], d)}, all versions, and {@code Diag(d [n])}, to ONNX {@code Where} with a mask that is
 * true on one diagonal; sizes may be known at run time only. Diagonals above the main one are
 * counted by rows, those below by columns.
 */
final class DiagonalConverter implements OpConverter {
  @Override
  public Set<String> tfOps() {
    return Set.of(
        "Diag",
        "MatrixDiag",
        "MatrixDiagV3",
        "MatrixDiagPart",
        "MatrixDiagPartV3",
        "MatrixSetDiag",
        "MatrixSetDiagV3");
  }

  @Override
  public String notCovered(String tfOp) {
    return tfOp.equals("Diag")
        ? "more than one dimension"
        : tfOp.endsWith("V3") ? "bands of several diagonals; sizes that are given" : "";
  }

  @Override
  public void convert(TfNode n, Emitter out) {
    OnnxValue x = out.in(0);
    switch (n.op()) {
      case "MatrixDiagPart", "MatrixDiagPartV3" -> out.out(part(x, diagonal(n, 1, out), out));
      case "MatrixSetDiag", "MatrixSetDiagV3" ->
          out.out(set(x, out.in(1), diagonal(n, 2, out), out));
      default -> out.out(made(n, x, out));
    }
  }

  private static OnnxValue made(TfNode n, OnnxValue x, Emitter out) {
    long k = n.op().equals("Diag") ? 0 : diagonal(n, 1, out);
    OnnxValue filling = out.scalarLike(x, 0);
    if (n.op().equals("MatrixDiagV3")) {
      filling = out.in(4);
      for (int i = 2; i < 4; i++) {
        if (out.known(i, "the number of rows or columns")[0] != -1) {
          throw out.fail("its size is given", "expected the size of the diagonal");
        }
      }
    }
    if (n.op().equals("Diag") && out.rank(x) != 1) {
      throw out.fail("its input has " + out.rank(x) + " dimensions", "expected 1");
    }
    int rank = out.rank(x);
    OnnxValue size = out.emit("Add", size(x, rank - 1, out), out.longs(Math.abs(k)));
    OnnxValue padded = x;
    if (k != 0) {
      long[] amounts = Emitter.numbers(2 * rank, i -> i == 2 * rank - 1 ? Math.abs(k) : 0);
      padded = out.emit("Pad", x, out.longs(amounts));
    }
    OnnxValue wide = out.unsqueeze(padded, k >= 0 ? rank : rank - 1);
    return out.emit("Where", mask(size, size, k, out), wide, filling);
  }

  /** The one diagonal to work on. */
  private static long diagonal(TfNode n, int input, Emitter out) {
    if (!n.op().endsWith("V3")) {
      return 0;
    }
    long[] k = out.known(input, "the diagonals");
    if (k[0] != k[k.length - 1]) {
      throw out.fail("it works on diagonals " + k[0] + " to " + k[1], "expected a single one");
    }
    return k[0];
  }

  /** Everything else becomes 0, so that a sum leaves the diagonal. */
  private static OnnxValue part(OnnxValue x, long k, Emitter out) {
    int rank = out.rank(x);
    ElementType type = x.type();
    OnnxValue v = type == ElementType.BOOL ? out.cast(x, ElementType.INT32) : x;
    OnnxValue rows = size(x, rank - 2, out);
    OnnxValue columns = size(x, rank - 1, out);
    OnnxValue only = out.emit("Where", mask(rows, columns, k, out), v, out.scalarLike(v, 0));
    OnnxValue sum = out.reduce("ReduceSum", only, false, k >= 0 ? rank - 1 : rank - 2);
    OnnxValue length =
        k >= 0
            ? out.emit("Min", rows, out.emit("Sub", columns, out.longs(k)))
            : out.emit("Min", out.emit("Add", rows, out.longs(k)), columns);
    OnnxValue cut = out.emit("Slice", sum, out.longs(0), length, out.longs(rank - 2));
    return out.cast(cut, type);
  }

  /** A diagonal shorter than rows or columns is filled up with zeros that the mask leaves out. */
  private static OnnxValue set(OnnxValue x, OnnxValue diagonal, long k, Emitter out) {
    int rank = out.rank(x);
    OnnxValue rows = size(x, rank - 2, out);
    OnnxValue columns = size(x, rank - 1, out);
    OnnxValue whole = k >= 0 ? rows : columns;
    OnnxValue missing = out.emit("Sub", whole, size(diagonal, rank - 2, out));
    OnnxValue before = out.longs(Emitter.numbers(2 * rank - 3, i -> 0));
    OnnxValue filled = out.emit("Pad", diagonal, out.concat(0, List.of(before, missing)));
    OnnxValue wide = out.unsqueeze(filled, k >= 0 ? rank - 1 : rank - 2);
    return out.emit("Where", mask(rows, columns, k, out), wide, x);
  }

  private static OnnxValue size(OnnxValue x, int axis, Emitter out) {
    return out.slice(out.shapeOf(x), 0, axis, axis + 1);
  }

  /** True where the column is the row and k more, {@code [rows, columns]}. */
  private static OnnxValue mask(OnnxValue rows, OnnxValue columns, long k, Emitter out) {
    OnnxValue row = upTo(rows, out);
    OnnxValue at = k == 0 ? row : out.emit("Add", row, out.longs(k));
    return out.emit("Equal", out.unsqueeze(at, 1), upTo(columns, out));
  }

  private static OnnxValue upTo(OnnxValue count, Emitter out) {
    OnnxValue zero = out.constant(Tensor.scalar(ElementType.INT64, 0));
    OnnxValue one = out.constant(Tensor.scalar(ElementType.INT64, 1));
    return out.emit("Range", zero, out.squeeze(count, 0), one);
  }
}
