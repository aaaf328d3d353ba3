package org.betavae.export.toonnx;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.ElementType;
import org.betavae.export.onnx.Dim;
import org.betavae.export.onnx.OnnxValue;
import org.betavae.export.tf.TfNode;

/**
 * TF operators {@code f(x, y)} with broadcasting that ONNX lacks or defines otherwise, as a formula
 * of those that it has.
 */
final class BinaryFormulaConverter implements OpConverter {
  @Override
  public Set<String> tfOps() {
    return Set.of(
        "SquaredDifference",
        "FloorDiv",
        "TruncateDiv",
        "FloorMod",
        "Mod",
        "TruncateMod",
        "DivNoNan",
        "MulNoNan",
        "Xdivy",
        "Xlogy",
        "Xlog1py",
        "Atan2",
        "NotEqual",
        "AddN",
        "ClipByValue");
  }

  @Override
  public void convert(TfNode n, Emitter out) {
    OnnxValue x = out.in(0);
    if (n.op().equals("AddN")) {
      out.out(addN(out.ins(), out));
      return;
    }
    OnnxValue y = out.in(1);
    out.out(
        switch (n.op()) {
          case "SquaredDifference" -> square(out.emit("Sub", x, y), out);
          case "FloorDiv" -> floorDiv(x, y, out);
          case "FloorMod" -> floorMod(x, y, out);
          case "TruncateDiv" -> truncateDiv(x, y, out);
          case "Mod", "TruncateMod" -> out.emit("Mod", Map.of("fmod", 1L), x, y);
          case "DivNoNan" -> unlessZero(y, out.emit("Div", x, y), out);
          case "MulNoNan" -> unlessZero(y, out.emit("Mul", x, y), out);
          case "Xdivy" -> unlessZero(x, out.emit("Div", x, y), out);
          case "Xlogy" -> unlessZero(x, out.emit("Mul", x, out.emit("Log", y)), out);
          case "Xlog1py" ->
              unlessZero(
                  x,
                  out.emit("Mul", x, out.emit("Log", out.emit("Add", y, out.scalarLike(y, 1)))),
                  out);
          case "Atan2" -> atan2(x, y, out);
          case "NotEqual" ->
              x.type() == ElementType.BOOL
                  ? out.emit("Xor", x, y)
                  : out.emit("Not", out.emit("Equal", x, y));
          default -> out.emit("Min", out.emit("Max", x, y), out.in(2));
        });
  }

  private static OnnxValue square(OnnxValue x, Emitter out) {
    return out.emit("Mul", x, x);
  }

  private static OnnxValue addN(List<OnnxValue> terms, Emitter out) {
    OnnxValue sum = terms.get(0);
    for (OnnxValue t : terms.subList(1, terms.size())) {
      sum = out.emit("Add", sum, t);
    }
    return sum;
  }

  /**
   * ONNX divides integers towards zero; its Mod has the divisor's sign, so the difference divides
   * without a rest.
   */
  private static OnnxValue floorDiv(OnnxValue x, OnnxValue y, Emitter out) {
    if (x.type().isFloat()) {
      return out.emit("Floor", out.emit("Div", x, y));
    }
    if (x.type().isUnsigned() || (isCount(x) && isCount(y))) {
      return out.emit("Div", x, y);
    }
    return out.emit("Div", out.emit("Sub", x, out.emit("Mod", x, y)), y);
  }

  /** Integers ONNX divides so itself. */
  private static OnnxValue truncateDiv(OnnxValue x, OnnxValue y, Emitter out) {
    OnnxValue ratio = out.emit("Div", x, y);
    return x.type().isFloat()
        ? out.emit("Mul", out.emit("Sign", ratio), out.emit("Floor", out.emit("Abs", ratio)))
        : ratio;
  }

  /** True for sizes and the like, which are not negative and need no correction. */
  private static boolean isCount(OnnxValue v) {
    return v.elements() != null && v.elements().stream().allMatch(Dim::isCount);
  }

  /**
   * For floating point ONNX has only C's fmod, whose sign is the dividend's: the divisor is added
   * where the signs differ.
   */
  private static OnnxValue floorMod(OnnxValue x, OnnxValue y, Emitter out) {
    if (!x.type().isFloat()) {
      return out.emit("Mod", x, y);
    }
    OnnxValue rest = out.emit("Mod", Map.of("fmod", 1L), x, y);
    OnnxValue zero = out.scalarLike(x, 0);
    OnnxValue signs = out.emit("Xor", out.emit("Less", rest, zero), out.emit("Less", y, zero));
    OnnxValue wrong = out.emit("And", signs, out.emit("Not", out.emit("Equal", rest, zero)));
    return out.emit("Where", wrong, out.emit("Add", rest, y), rest);
  }

  private static OnnxValue unlessZero(OnnxValue test, OnnxValue value, Emitter out) {
    OnnxValue zero = out.scalarLike(test, 0);
    return out.emit("Where", out.emit("Equal", test, zero), zero, value);
  }

  /**
   * atan(y/x), turned by half a circle where x is negative; exact where x is 0, as y/x is then
   * infinite.
   */
  private static OnnxValue atan2(OnnxValue y, OnnxValue x, Emitter out) {
    OnnxValue zero = out.scalarLike(x, 0);
    OnnxValue angle = out.emit("Atan", out.emit("Div", y, x));
    OnnxValue pi = out.scalarLike(x, Math.PI);
    OnnxValue turn = out.emit("Where", out.emit("Less", y, zero), out.emit("Neg", pi), pi);
    OnnxValue turned =
        out.emit("Where", out.emit("Less", x, zero), out.emit("Add", angle, turn), angle);
    OnnxValue origin = out.emit("And", out.emit("Equal", x, zero), out.emit("Equal", y, zero));
    return out.emit("Where", origin, zero, turned);
  }
}
