package org.betavae.export.toonnx;

import java.util.Set;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.OnnxValue;
import org.betavae.export.tf.TfNode;

/**
 * TF {@code MatrixDiag(d [...,n])}, {@code MatrixDiagPart(x [...,m,n])} and {@code MatrixSetDiag(x
 * [...,m,n], d)}, all versions, and {@code Diag(d [n])}, to ONNX {@code Where} with a mask that is
 * true where row and column are equal; sizes may be known at run time only.
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
        : tfOp.endsWith("V3") ? "other diagonals than the main one, bands" : "";
  }

  @Override
  public void convert(TfNode n, Emitter out) {
    OnnxValue x = out.in(0);
    switch (n.op()) {
      case "MatrixDiagPart", "MatrixDiagPartV3" -> {
        requireMain(n, 1, out);
        out.out(part(x, out));
      }
      case "MatrixSetDiag", "MatrixSetDiagV3" -> {
        requireMain(n, 2, out);
        out.out(set(x, out.in(1), out));
      }
      default -> {
        if (n.op().equals("MatrixDiagV3")) {
          requireMain(n, 1, out);
          for (int i = 2; i < 4; i++) {
            if (out.known(i, "the number of rows or columns")[0] != -1) {
              throw out.fail("its size is given", "expected the size of the diagonal");
            }
          }
        }
        if (n.op().equals("Diag") && out.rank(x) != 1) {
          throw out.fail("its input has " + out.rank(x) + " dimensions", "expected 1");
        }
        OnnxValue length = size(x, out.rank(x) - 1, out);
        OnnxValue wide = out.unsqueeze(x, out.rank(x));
        out.out(out.emit("Where", mask(length, length, out), wide, out.scalarLike(x, 0)));
      }
    }
  }

  private static void requireMain(TfNode n, int input, Emitter out) {
    if (n.op().endsWith("V3")) {
      for (long k : out.known(input, "the diagonals")) {
        if (k != 0) {
          throw out.fail("it works on diagonal " + k, "expected the main one, 0");
        }
      }
    }
  }

  /** Everything else becomes 0, so that a sum along the columns leaves the diagonal. */
  private static OnnxValue part(OnnxValue x, Emitter out) {
    int rank = out.rank(x);
    ElementType type = x.type();
    OnnxValue v = type == ElementType.BOOL ? out.cast(x, ElementType.INT32) : x;
    OnnxValue rows = size(x, rank - 2, out);
    OnnxValue columns = size(x, rank - 1, out);
    OnnxValue only = out.emit("Where", mask(rows, columns, out), v, out.scalarLike(v, 0));
    OnnxValue sum = out.reduce("ReduceSum", only, false, rank - 1);
    OnnxValue shorter = out.emit("Min", rows, columns);
    OnnxValue cut = out.emit("Slice", sum, out.longs(0), shorter, out.longs(rank - 2));
    return out.cast(cut, type);
  }

  /** A diagonal shorter than the columns is filled up with zeros that the mask leaves out. */
  private static OnnxValue set(OnnxValue x, OnnxValue diagonal, Emitter out) {
    int rank = out.rank(x);
    OnnxValue rows = size(x, rank - 2, out);
    OnnxValue columns = size(x, rank - 1, out);
    OnnxValue missing = out.emit("Sub", rows, size(diagonal, rank - 2, out));
    OnnxValue before = out.longs(Emitter.numbers(2 * rank - 3, i -> 0));
    OnnxValue filled = out.emit("Pad", diagonal, out.concat(0, java.util.List.of(before, missing)));
    return choose(mask(rows, columns, out), out.unsqueeze(filled, rank - 1), x, out);
  }

  private static OnnxValue choose(OnnxValue mask, OnnxValue a, OnnxValue b, Emitter out) {
    return out.emit("Where", mask, a, b);
  }

  private static OnnxValue size(OnnxValue x, int axis, Emitter out) {
    return out.slice(out.shapeOf(x), 0, axis, axis + 1);
  }

  /** True where row and column are equal, {@code [rows, columns]}. */
  private static OnnxValue mask(OnnxValue rows, OnnxValue columns, Emitter out) {
    return out.emit("Equal", out.unsqueeze(upTo(rows, out), 1), upTo(columns, out));
  }

  private static OnnxValue upTo(OnnxValue count, Emitter out) {
    OnnxValue zero = out.constant(Tensor.scalar(ElementType.INT64, 0));
    OnnxValue one = out.constant(Tensor.scalar(ElementType.INT64, 1));
    return out.emit("Range", zero, out.squeeze(count, 0), one);
  }
}
