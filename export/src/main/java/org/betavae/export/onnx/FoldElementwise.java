package org.betavae.export.onnx;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.LongBinaryOperator;
import java.util.function.LongUnaryOperator;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.Folding.Kernel;

/**
 * Constants through element-by-element operators. Floating point is computed in 64 bits and rounded
 * once.
 */
final class FoldElementwise {
  private FoldElementwise() {}

  static void register(Map<String, Kernel> kernels) {
    unary(kernels);
    binary(kernels, "Add", Double::sum, Long::sum);
    binary(kernels, "Sub", (a, b) -> a - b, (a, b) -> a - b);
    binary(kernels, "Mul", (a, b) -> a * b, (a, b) -> a * b);
    binary(kernels, "Max", Math::max, Math::max);
    binary(kernels, "Min", Math::min, Math::min);
    binary(kernels, "Pow", Math::pow, null);
    kernels.put("Div", FoldElementwise::divide);
    kernels.put("Mod", FoldElementwise::modulo);
    compare(kernels, "Equal", (a, b) -> a == b ? 1 : 0, (a, b) -> a == b ? 1 : 0);
    compare(kernels, "Less", (a, b) -> a < b ? 1 : 0, (a, b) -> a < b ? 1 : 0);
    compare(kernels, "Greater", (a, b) -> a > b ? 1 : 0, (a, b) -> a > b ? 1 : 0);
    compare(kernels, "LessOrEqual", (a, b) -> a <= b ? 1 : 0, (a, b) -> a <= b ? 1 : 0);
    compare(kernels, "GreaterOrEqual", (a, b) -> a >= b ? 1 : 0, (a, b) -> a >= b ? 1 : 0);
    compare(kernels, "And", null, (a, b) -> a & b);
    compare(kernels, "Or", null, (a, b) -> a | b);
    kernels.put(
        "Not",
        (n, in) ->
            List.of(
                Tensor.ofLongs(ElementType.BOOL, in.get(0).shape(), i -> 1 - in.get(0).longAt(i))));
    kernels.put("Identity", (n, in) -> List.of(in.get(0)));
    kernels.put("Cast", FoldElementwise::cast);
    kernels.put("Where", FoldElementwise::where);
  }

  private static void unary(Map<String, Kernel> kernels) {
    Map<String, DoubleUnaryOperator> real = new HashMap<>();
    real.put("Sqrt", Math::sqrt);
    real.put("Exp", Math::exp);
    real.put("Log", Math::log);
    real.put("Reciprocal", x -> 1 / x);
    real.put("Floor", Math::floor);
    real.put("Ceil", Math::ceil);
    real.put("Round", Math::rint);
    real.put("Sin", Math::sin);
    real.put("Cos", Math::cos);
    real.put("Tanh", Math::tanh);
    real.put("Neg", x -> -x);
    real.put("Abs", Math::abs);
    real.put("Relu", x -> x > 0 || Double.isNaN(x) ? x : 0);
    Map<String, LongUnaryOperator> whole = new HashMap<>();
    whole.put("Neg", x -> -x);
    whole.put("Abs", Math::abs);
    real.forEach((op, f) -> kernels.put(op, (n, in) -> unary(in.get(0), f, whole.get(op))));
  }

  private static List<Tensor> unary(Tensor x, DoubleUnaryOperator real, LongUnaryOperator whole) {
    if (x.type().isFloat()) {
      return List.of(Tensor.ofDoubles(x.type(), x.shape(), i -> real.applyAsDouble(x.doubleAt(i))));
    }
    if (whole == null || !x.type().isInteger() || x.type().isUnsigned()) {
      return null;
    }
    return List.of(Tensor.ofLongs(x.type(), x.shape(), i -> whole.applyAsLong(x.longAt(i))));
  }

  private static void binary(
      Map<String, Kernel> kernels, String op, DoubleBinaryOperator real, LongBinaryOperator whole) {
    kernels.put(
        op,
        (n, in) ->
            in.size() != 2
                ? (in.size() == 1 ? List.of(in.get(0)) : null)
                : binary(in.get(0), in.get(1), real, whole));
  }

  private static List<Tensor> binary(
      Tensor a, Tensor b, DoubleBinaryOperator real, LongBinaryOperator whole) {
    Pairs p = Pairs.of(a.shape(), b.shape());
    if (p == null || a.type() != b.type()) {
      return null;
    }
    if (a.type().isFloat()) {
      return List.of(
          Tensor.ofDoubles(
              a.type(),
              p.shape,
              i -> real.applyAsDouble(a.doubleAt(p.left[i]), b.doubleAt(p.right[i]))));
    }
    if (whole == null || !a.type().isInteger() || a.type().isUnsigned()) {
      return null;
    }
    return List.of(
        Tensor.ofLongs(
            a.type(), p.shape, i -> whole.applyAsLong(a.longAt(p.left[i]), b.longAt(p.right[i]))));
  }

  private static boolean hasZero(Tensor whole) {
    for (int i = 0; i < whole.size(); i++) {
      if (whole.longAt(i) == 0) {
        return true;
      }
    }
    return false;
  }

  private static List<Tensor> modulo(OnnxNode n, List<Tensor> in) {
    boolean ofC = n.integer("fmod", 0) != 0;
    if (!in.get(1).type().isFloat() && hasZero(in.get(1))) {
      return null;
    }
    return binary(in.get(0), in.get(1), (a, b) -> a % b, ofC ? (a, b) -> a % b : Math::floorMod);
  }

  private static List<Tensor> divide(OnnxNode n, List<Tensor> in) {
    Tensor divisor = in.get(1);
    if (!divisor.type().isFloat() && hasZero(divisor)) {
      return null;
    }
    return binary(in.get(0), divisor, (a, b) -> a / b, (a, b) -> a / b);
  }

  private static void compare(
      Map<String, Kernel> kernels, String op, DoubleCompare real, LongBinaryOperator whole) {
    kernels.put(
        op,
        (n, in) -> {
          Tensor a = in.get(0);
          Tensor b = in.get(1);
          Pairs p = Pairs.of(a.shape(), b.shape());
          if (p == null || a.type().isUnsigned() || a.type().bytes() == 0) {
            return null;
          }
          return List.of(
              a.type().isFloat()
                  ? Tensor.ofLongs(
                      ElementType.BOOL,
                      p.shape,
                      i -> real.apply(a.doubleAt(p.left[i]), b.doubleAt(p.right[i])))
                  : Tensor.ofLongs(
                      ElementType.BOOL,
                      p.shape,
                      i -> whole.applyAsLong(a.longAt(p.left[i]), b.longAt(p.right[i]))));
        });
  }

  private interface DoubleCompare {
    long apply(double a, double b);
  }

  private static List<Tensor> cast(OnnxNode n, List<Tensor> in) {
    Tensor x = in.get(0);
    ElementType to = ElementType.ofOnnx((int) n.integer("to", 0));
    if (to == x.type()) {
      return List.of(x);
    }
    boolean plain =
        to != null
            && to.bytes() > 0
            && !to.name().startsWith("COMPLEX")
            && !x.type().name().startsWith("COMPLEX");
    if (!plain) {
      return null;
    }
    if (to.isFloat()) {
      return List.of(Tensor.ofDoubles(to, x.shape(), x::doubleAt));
    }
    if (to == ElementType.BOOL && x.type().isFloat()) {
      return List.of(Tensor.ofLongs(to, x.shape(), i -> x.doubleAt(i) != 0 ? 1 : 0));
    }
    return List.of(Tensor.ofLongs(to, x.shape(), x::longAt));
  }

  private static List<Tensor> where(OnnxNode n, List<Tensor> in) {
    Tensor c = in.get(0);
    Tensor a = in.get(1);
    Tensor b = in.get(2);
    Pairs inner = Pairs.of(a.shape(), b.shape());
    Pairs outer = inner == null ? null : Pairs.of(c.shape(), inner.shape);
    if (outer == null || a.type() != b.type()) {
      return null;
    }
    if (a.type().isFloat()) {
      return List.of(
          Tensor.ofDoubles(
              a.type(),
              outer.shape,
              i ->
                  c.longAt(outer.left[i]) != 0
                      ? a.doubleAt(inner.left[outer.right[i]])
                      : b.doubleAt(inner.right[outer.right[i]])));
    }
    return List.of(
        Tensor.ofLongs(
            a.type(),
            outer.shape,
            i ->
                c.longAt(outer.left[i]) != 0
                    ? a.longAt(inner.left[outer.right[i]])
                    : b.longAt(inner.right[outer.right[i]])));
  }
}
