package org.betavae.export.totf;

import java.util.Map;
import java.util.Set;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;

/** ONNX's activation functions, composed of operators that have a gradient. */
final class ActivationImporter implements OpImporter {
  /** Selu's constants, Klambauer et al. 2017, arXiv:1706.02515, as TensorFlow's kernel has them. */
  private static final float SELU_ALPHA = 1.6732632f;

  private static final float SELU_GAMMA = 1.050701f;
  private static final double HALF_ROOT = Math.sqrt(0.5);

  @Override
  public Set<String> onnxOps() {
    return Set.of(
        "Clip",
        "Relu",
        "Sigmoid",
        "Tanh",
        "Softplus",
        "Softsign",
        "LeakyRelu",
        "Elu",
        "Selu",
        "Celu",
        "HardSigmoid",
        "HardSwish",
        "Gelu",
        "Mish",
        "Swish",
        "ThresholdedRelu",
        "PRelu",
        "Shrink");
  }

  @Override
  public void convert(OnnxOp n, TfEmitter out) {
    out.out(apply(n, out.in(0), out));
  }

  private static TfValue apply(OnnxOp n, TfValue x, TfEmitter out) {
    return switch (n.op()) {
      case "Clip" -> clip(n, x, out);
      case "LeakyRelu" -> leaky(x, n.number("alpha", 0.01f), out);
      case "Elu" -> elu(x, n.number("alpha", 1), out);
      case "Selu" -> selu(n, x, out);
      case "Celu" -> celu(x, n.number("alpha", 1), out);
      case "HardSigmoid" -> hardSigmoid(x, n.number("alpha", 0.2f), n.number("beta", 0.5f), out);
      case "HardSwish" -> out.binary("Mul", x, hardSigmoid(x, 1f / 6, 0.5f, out));
      case "Gelu" -> gelu(x, n.text("approximate", "none").equals("tanh"), out);
      case "Mish" -> out.binary("Mul", x, out.unary("Tanh", out.unary("Softplus", x)));
      case "Swish" -> swish(x, n.number("alpha", 1), out);
      case "ThresholdedRelu" -> thresholded(x, n.number("alpha", 1), out);
      case "PRelu" -> prelu(x, out.in(1), out);
      case "Shrink" -> shrink(x, n.number("lambd", 0.5f), n.number("bias", 0), out);
      default -> out.unary(n.op(), x);
    };
  }

  /** Bounds are attributes before operator set 11, inputs from then on. */
  private static TfValue clip(OnnxOp n, TfValue x, TfEmitter out) {
    TfValue low = n.has("min") ? out.scalarLike(x, n.number("min", 0)) : bound(1, out);
    TfValue high = n.has("max") ? out.scalarLike(x, n.number("max", 0)) : bound(2, out);
    boolean relu6 = x.type() == ElementType.FLOAT32 && isNumber(low, 0) && isNumber(high, 6);
    if (relu6) {
      return out.unary("Relu6", x);
    }
    TfValue y = low == null ? x : out.binary("Maximum", x, low);
    return high == null ? y : out.binary("Minimum", y, high);
  }

  private static TfValue bound(int i, TfEmitter out) {
    return out.has(i) ? out.reshape(out.in(i), new long[0]) : null;
  }

  private static boolean isNumber(TfValue v, double number) {
    return v != null && v.isConstant() && v.constant().doubleAt(0) == number;
  }

  static TfValue leaky(TfValue x, float alpha, TfEmitter out) {
    return out.unary("LeakyRelu", Map.of("alpha", alpha), x);
  }

  static TfValue elu(TfValue x, float alpha, TfEmitter out) {
    if (alpha == 1) {
      return out.unary("Elu", x);
    }
    TfValue zero = out.scalarLike(x, 0);
    TfValue low = out.unary("Expm1", out.binary("Minimum", x, zero));
    return out.binary("AddV2", out.unary("Relu", x), times(low, alpha, out));
  }

  private static TfValue selu(OnnxOp n, TfValue x, TfEmitter out) {
    float alpha = n.number("alpha", SELU_ALPHA);
    float gamma = n.number("gamma", SELU_GAMMA);
    return alpha == SELU_ALPHA && gamma == SELU_GAMMA
        ? out.unary("Selu", x)
        : times(elu(x, alpha, out), gamma, out);
  }

  private static TfValue celu(TfValue x, float alpha, TfEmitter out) {
    TfValue low = out.binary("Minimum", x, out.scalarLike(x, 0));
    TfValue e = out.unary("Expm1", times(low, 1 / (double) alpha, out));
    return out.binary("AddV2", out.unary("Relu", x), times(e, alpha, out));
  }

  static TfValue hardSigmoid(TfValue x, float alpha, float beta, TfEmitter out) {
    TfValue line = plus(times(x, alpha, out), beta, out);
    TfValue low = out.binary("Maximum", line, out.scalarLike(x, 0));
    return out.binary("Minimum", low, out.scalarLike(x, 1));
  }

  private static TfValue gelu(TfValue x, boolean tanh, TfEmitter out) {
    TfValue inner;
    if (tanh) {
      TfValue cube = out.binary("Mul", x, out.binary("Mul", x, x));
      TfValue sum = out.binary("AddV2", x, times(cube, 0.044715, out));
      inner = out.unary("Tanh", times(sum, Math.sqrt(2 / Math.PI), out));
    } else {
      inner = out.unary("Erf", times(x, HALF_ROOT, out));
    }
    return out.binary("Mul", times(x, 0.5, out), plus(inner, 1, out));
  }

  private static TfValue swish(TfValue x, float alpha, TfEmitter out) {
    return out.binary("Mul", x, out.unary("Sigmoid", alpha == 1 ? x : times(x, alpha, out)));
  }

  static TfValue thresholded(TfValue x, float alpha, TfEmitter out) {
    TfValue above = out.binary("Greater", x, out.scalarLike(x, alpha));
    return out.broadcasting("SelectV2", Map.of(), above, x, out.scalarLike(x, 0));
  }

  private static TfValue prelu(TfValue x, TfValue slope, TfEmitter out) {
    TfValue zero = out.scalarLike(x, 0);
    if (!x.type().isFloat()) {
      TfValue low = out.binary("Mul", x, slope);
      return out.broadcasting("SelectV2", Map.of(), out.binary("Less", x, zero), low, x);
    }
    TfValue low = out.binary("Mul", slope, out.binary("Minimum", x, zero));
    return out.binary("AddV2", out.unary("Relu", x), low);
  }

  private static TfValue shrink(TfValue x, float lambda, float bias, TfEmitter out) {
    TfValue v = x.type() == ElementType.FLOAT32 ? x : out.cast(x, ElementType.FLOAT32);
    TfValue zero = out.scalarLike(v, 0);
    TfValue high = out.binary("Greater", v, out.scalarLike(v, lambda));
    TfValue low = out.binary("Less", v, out.scalarLike(v, -lambda));
    TfValue y =
        out.broadcasting(
            "SelectV2",
            Map.of(),
            low,
            plus(v, bias, out),
            out.broadcasting("SelectV2", Map.of(), high, plus(v, -bias, out), zero));
    return out.cast(y, x.type());
  }

  private static TfValue times(TfValue x, double by, TfEmitter out) {
    return out.binary("Mul", x, out.constant(Tensor.scalar(x.type(), by)));
  }

  private static TfValue plus(TfValue x, double number, TfEmitter out) {
    return out.binary("AddV2", x, out.constant(Tensor.scalar(x.type(), number)));
  }
}
