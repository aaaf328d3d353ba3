package org.betavae.export.toonnx;

import java.util.Map;
import java.util.Set;
import org.betavae.export.onnx.OnnxValue;
import org.betavae.export.tf.TfNode;

/**
 * TF {@code Lgamma(x)}, {@code Digamma(x)}, {@code Erfinv(x)} and {@code Ndtri(p)}, which ONNX
 * lacks, by series that are exact to the last bits of float32.
 *
 * <p>Sources: the series of Lanczos with g = 7 and nine terms (Godfrey 2001); Giles 2010,
 * "Approximating the erfinv function", Table 5.
 */
final class SpecialFunctionConverter implements OpConverter {
  private static final double G = 7;

  private static final double[] LANCZOS = {
    0.9999999999998099,
    676.5203681218851,
    -1259.1392167224028,
    771.3234287776531,
    -176.6150291621406,
    12.507343278686905,
    -0.13857109526572012,
    9.984369578019572e-6,
    1.5056327351493116e-7
  };

  /** Of w - 2.5 where w = -log(1 - x²) is below 5, highest power first. */
  private static final double[] CENTRE = {
    2.81022636e-08,
    3.43273939e-07,
    -3.5233877e-06,
    -4.39150654e-06,
    0.00021858087,
    -0.00125372503,
    -0.00417768164,
    0.246640727,
    1.50140941
  };

  /** Of the root of w less 3. */
  private static final double[] TAILS = {
    -0.000200214257,
    0.000100950558,
    0.00134934322,
    -0.00367342844,
    0.00573950773,
    -0.0076224613,
    0.00943887047,
    1.00167406,
    2.83297682
  };

  @Override
  public Set<String> tfOps() {
    return Set.of("Lgamma", "Digamma", "Erfinv", "Ndtri");
  }

  @Override
  public void convert(TfNode n, Emitter out) {
    OnnxValue x = out.in(0);
    out.out(
        switch (n.op()) {
          case "Lgamma" -> lgamma(x, out);
          case "Digamma" -> digamma(x, out);
          case "Erfinv" -> erfinv(x, out);
          default -> {
            OnnxValue centred = minus(times(x, 2, out), 1, out);
            yield times(erfinv(centred, out), Math.sqrt(2), out);
          }
        });
  }

  /** Below 1/2 by the reflection at it. */
  private static OnnxValue lgamma(OnnxValue x, Emitter out) {
    OnnxValue low = out.emit("Less", x, out.scalarLike(x, 0.5));
    OnnxValue z = out.emit("Where", low, out.emit("Neg", x), minus(x, 1, out));
    OnnxValue t = plus(z, G + 0.5, out);
    OnnxValue log = out.emit("Log", t);
    OnnxValue power = out.emit("Mul", plus(z, 0.5, out), log);
    OnnxValue tail = out.emit("Sub", out.emit("Log", series(z, out)), t);
    OnnxValue upper = plus(out.emit("Add", power, tail), Math.log(2 * Math.PI) / 2, out);
    OnnxValue whole = out.emit("Sub", x, out.emit("Floor", x));
    OnnxValue sine = out.emit("Abs", out.emit("Sin", times(whole, Math.PI, out)));
    OnnxValue reflected =
        out.emit(
            "Sub",
            out.emit("Sub", out.scalarLike(x, Math.log(Math.PI)), out.emit("Log", sine)),
            upper);
    OnnxValue value = out.emit("Where", low, reflected, upper);
    // Poles: 0 and negative whole numbers.
    OnnxValue pole =
        out.emit(
            "And",
            out.emit("LessOrEqual", x, out.scalarLike(x, 0)),
            out.emit("Equal", whole, out.scalarLike(x, 0)));
    OnnxValue infinite = out.scalarLike(x, Double.POSITIVE_INFINITY);
    OnnxValue huge = out.emit("IsInf", x);
    return out.emit("Where", out.emit("Or", pole, huge), infinite, value);
  }

  private static OnnxValue series(OnnxValue z, Emitter out) {
    OnnxValue sum = out.scalarLike(z, LANCZOS[0]);
    for (int k = 1; k < LANCZOS.length; k++) {
      OnnxValue term = out.emit("Div", out.scalarLike(z, LANCZOS[k]), plus(z, k, out));
      sum = out.emit("Add", sum, term);
    }
    return sum;
  }

  /** The derivative of {@link #lgamma}, term by term. */
  private static OnnxValue digamma(OnnxValue x, Emitter out) {
    OnnxValue low = out.emit("Less", x, out.scalarLike(x, 0.5));
    OnnxValue z = out.emit("Where", low, out.emit("Neg", x), minus(x, 1, out));
    OnnxValue t = plus(z, G + 0.5, out);
    OnnxValue slope = out.scalarLike(z, 0);
    for (int k = 1; k < LANCZOS.length; k++) {
      OnnxValue d = plus(z, k, out);
      OnnxValue term = out.emit("Div", out.scalarLike(z, LANCZOS[k]), out.emit("Mul", d, d));
      slope = out.emit("Sub", slope, term);
    }
    OnnxValue ratio = out.emit("Div", slope, series(z, out));
    OnnxValue bend = out.emit("Div", out.scalarLike(z, G), t);
    OnnxValue upper = out.emit("Sub", out.emit("Add", out.emit("Log", t), ratio), bend);
    OnnxValue whole = out.emit("Sub", x, out.emit("Floor", x));
    OnnxValue tangent = out.emit("Tan", times(whole, Math.PI, out));
    OnnxValue cotangent = out.emit("Div", out.scalarLike(x, Math.PI), tangent);
    OnnxValue value = out.emit("Where", low, out.emit("Sub", upper, cotangent), upper);
    OnnxValue zero = out.scalarLike(x, 0);
    OnnxValue pole = out.emit("And", out.emit("Less", x, zero), out.emit("Equal", whole, zero));
    return out.emit("Where", pole, out.scalarLike(x, Double.NaN), value);
  }

  /** The inverse of the error function. */
  static OnnxValue erfinv(OnnxValue x, Emitter out) {
    OnnxValue one = out.scalarLike(x, 1);
    OnnxValue rest = out.emit("Mul", out.emit("Sub", one, x), out.emit("Add", one, x));
    OnnxValue w = out.emit("Neg", out.emit("Log", rest));
    OnnxValue centre = polynomial(CENTRE, minus(w, 2.5, out), out);
    OnnxValue tails = polynomial(TAILS, minus(out.emit("Sqrt", w), 3, out), out);
    OnnxValue near = out.emit("Less", w, out.scalarLike(x, 5));
    OnnxValue value = out.emit("Mul", out.emit("Where", near, centre, tails), x);
    OnnxValue end = out.emit("Equal", out.emit("Abs", x), one);
    OnnxValue infinite = out.emit("Mul", x, out.scalarLike(x, Double.POSITIVE_INFINITY));
    return out.emit("Where", end, infinite, value);
  }

  private static OnnxValue polynomial(double[] coefficients, OnnxValue x, Emitter out) {
    OnnxValue sum = out.scalarLike(x, coefficients[0]);
    for (int i = 1; i < coefficients.length; i++) {
      OnnxValue next = out.emit("Mul", Map.of(), sum, x);
      sum = out.emit("Add", next, out.scalarLike(x, coefficients[i]));
    }
    return sum;
  }

  private static OnnxValue plus(OnnxValue x, double number, Emitter out) {
    return out.emit("Add", x, out.scalarLike(x, number));
  }

  private static OnnxValue minus(OnnxValue x, double number, Emitter out) {
    return out.emit("Sub", x, out.scalarLike(x, number));
  }

  private static OnnxValue times(OnnxValue x, double number, Emitter out) {
    return out.emit("Mul", x, out.scalarLike(x, number));
  }
}
