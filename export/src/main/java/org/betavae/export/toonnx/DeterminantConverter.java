package org.betavae.export.toonnx;

import java.util.List;
import java.util.Set;
import org.betavae.export.onnx.OnnxValue;
import org.betavae.export.tf.TfNode;

/**
 * TF {@code MatrixDeterminant(x [..., n, n])} to ONNX {@code Det}, {@code LogMatrixDeterminant} to
 * its sign and the log of its size, and {@code Cross(a [..., 3], b)} as a formula.
 */
final class DeterminantConverter implements OpConverter {
  @Override
  public Set<String> tfOps() {
    return Set.of("MatrixDeterminant", "LogMatrixDeterminant", "Cross");
  }

  @Override
  public void convert(TfNode n, Emitter out) {
    OnnxValue x = out.in(0);
    switch (n.op()) {
      case "MatrixDeterminant" -> out.out(out.emit("Det", x));
      case "LogMatrixDeterminant" -> {
        OnnxValue value = out.emit("Det", x);
        out.out(0, out.emit("Sign", value));
        out.out(1, out.emit("Log", out.emit("Abs", value)));
      }
      default -> {
        OnnxValue y = out.in(1);
        OnnxValue forward = out.emit("Mul", turned(x, 1, out), turned(y, 2, out));
        OnnxValue backward = out.emit("Mul", turned(x, 2, out), turned(y, 1, out));
        out.out(out.emit("Sub", forward, backward));
      }
    }
  }

  /** The three coordinates, beginning with another one. */
  private static OnnxValue turned(OnnxValue v, long first, Emitter out) {
    int axis = out.rank(v) - 1;
    return out.concat(axis, List.of(out.slice(v, axis, first, 3), out.slice(v, axis, 0, first)));
  }
}
