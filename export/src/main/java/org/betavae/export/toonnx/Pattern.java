package org.betavae.export.toonnx;

import java.util.ArrayList;
import java.util.List;
import org.betavae.export.onnx.OnnxNode;
import org.betavae.export.onnx.OnnxValue;

/** Small expressions as rewrites look for them, whatever the order of operands. */
final class Pattern {
  private static final int MOST_FACTORS = 4;

  private Pattern() {}

  /** A value times a number. */
  record Scaled(OnnxValue value, double factor) {}

  /** A value plus a number. */
  record Shifted(OnnxValue value, double term) {}

  /** The product of values and a number. */
  record Product(List<OnnxValue> values, double factor) {}

  /** True for a constant of one element with this value. */
  static boolean isNumber(OnnxValue v, double number) {
    Double n = number(v);
    return n != null && n == number;
  }

  /** The value of a constant of one element; null for anything else. */
  static Double number(OnnxValue v) {
    return v != null && v.isConstant() && v.constant().size() == 1 && v.type().isFloat()
        ? (Double) v.constant().doubleAt(0)
        : null;
  }

  /** Mul or Div by a number, or Neg; null for anything else. */
  static Scaled scaled(OnnxNode n) {
    if (n == null) {
      return null;
    }
    if (n.is("Neg")) {
      return new Scaled(n.input(0), -1);
    }
    Double right = n.inputs().size() == 2 ? number(n.input(1)) : null;
    if (n.is("Div") && right != null) {
      return new Scaled(n.input(0), 1 / right);
    }
    if (n.is("Mul") && right != null) {
      return new Scaled(n.input(0), right);
    }
    return n.is("Mul") && number(n.input(0)) != null
        ? new Scaled(n.input(1), number(n.input(0)))
        : null;
  }

  /** Add or Sub of a number; null for anything else. */
  static Shifted shifted(OnnxNode n) {
    if (n == null || !(n.is("Add") || n.is("Sub"))) {
      return null;
    }
    Double right = number(n.input(1));
    if (right != null) {
      return new Shifted(n.input(0), n.is("Sub") ? -right : right);
    }
    return n.is("Add") && number(n.input(0)) != null
        ? new Shifted(n.input(1), number(n.input(0)))
        : null;
  }

  /** The bounds of a Clip by numbers; null for anything else. */
  static double[] clip(OnnxNode n) {
    if (n == null || !n.is("Clip") || number(n.input(1)) == null || number(n.input(2)) == null) {
      return null;
    }
    return new double[] {number(n.input(1)), number(n.input(2))};
  }

  /** Nested products by Mul, Neg and Div by a number, taken apart; null for anything else. */
  static Product product(OnnxNode n) {
    if (n == null || !(n.is("Mul") || n.is("Neg") || n.is("Div"))) {
      return null;
    }
    List<OnnxValue> open = new ArrayList<>(List.of(n.output()));
    List<OnnxValue> values = new ArrayList<>();
    double factor = 1;
    while (!open.isEmpty() && open.size() + values.size() <= MOST_FACTORS) {
      OnnxValue v = open.remove(0);
      OnnxNode made = v.producer();
      Scaled scaled = scaled(made);
      if (scaled != null) {
        factor *= scaled.factor();
        open.add(0, scaled.value());
      } else if (made == n || (made != null && made.is("Mul") && v.users().size() == 1)) {
        if (!made.is("Mul")) {
          return null;
        }
        open.add(0, made.input(1));
        open.add(0, made.input(0));
      } else {
        values.add(v);
      }
    }
    return open.isEmpty() ? new Product(values, factor) : null;
  }
}
