package org.betavae.export.toonnx;

import java.util.Map;
import java.util.Set;
import org.betavae.export.onnx.OnnxValue;
import org.betavae.export.tf.TfNode;

/**
 * TF {@code ReluGrad(gradients, x)} and its like, which graphs of gradients hold, as formulas; of
 * the others the first input is the function's value y and the second the gradient.
 */
final class ActivationGradConverter implements OpConverter {
  private static final double SELU_SCALE = 1.0507009873554805;
  private static final double SELU_SCALE_ALPHA = 1.7580993408473768;

  @Override
  public Set<String> tfOps() {
    return Set.of(
        "ReluGrad",
        "Relu6Grad",
        "LeakyReluGrad",
        "EluGrad",
        "SeluGrad",
        "SoftplusGrad",
        "SoftsignGrad",
        "SigmoidGrad",
        "TanhGrad",
        "SqrtGrad",
        "RsqrtGrad",
        "InvGrad",
        "ReciprocalGrad",
        "BiasAddGrad");
  }

  @Override
  public void convert(TfNode n, Emitter out) {
    OnnxValue a = out.in(0);
    if (n.op().equals("BiasAddGrad")) {
      boolean first = n.text("data_format", "NHWC").startsWith("NC");
      int rank = out.rank(a);
      long[] axes =
          first
              ? Emitter.numbers(rank - 1, i -> i == 0 ? 0 : i + 1L)
              : Emitter.numbers(rank - 1, i -> i);
      out.out(out.reduce("ReduceSum", a, false, axes));
      return;
    }
    OnnxValue b = out.in(1);
    OnnxValue zero = out.scalarLike(a, 0);
    OnnxValue one = out.scalarLike(a, 1);
    out.out(
        switch (n.op()) {
          case "ReluGrad" -> out.emit("Where", out.emit("Greater", b, zero), a, zero);
          case "Relu6Grad" -> {
            OnnxValue below = out.emit("Less", b, out.scalarLike(b, 6));
            OnnxValue inside = out.emit("And", out.emit("Greater", b, zero), below);
            yield out.emit("Where", inside, a, zero);
          }
          case "LeakyReluGrad" ->
              out.emit(
                  "Where",
                  out.emit("Greater", b, zero),
                  a,
                  out.emit("Mul", a, out.scalarLike(a, n.number("alpha", 0.2f))));
          case "EluGrad" ->
              out.emit(
                  "Where",
                  out.emit("Less", b, zero),
                  out.emit("Mul", a, out.emit("Add", b, one)),
                  a);
          case "SeluGrad" ->
              out.emit(
                  "Mul",
                  a,
                  out.emit(
                      "Where",
                      out.emit("Less", b, zero),
                      out.emit("Add", b, out.scalarLike(b, SELU_SCALE_ALPHA)),
                      out.scalarLike(b, SELU_SCALE)));
          case "SoftplusGrad" -> out.emit("Mul", a, out.emit("Sigmoid", b));
          case "SoftsignGrad" -> {
            OnnxValue d = out.emit("Add", out.emit("Abs", b), one);
            yield out.emit("Div", a, out.emit("Mul", d, d));
          }
          case "SigmoidGrad" -> out.emit("Mul", b, out.emit("Mul", a, out.emit("Sub", one, a)));
          case "TanhGrad" -> out.emit("Mul", b, out.emit("Sub", one, out.emit("Mul", a, a)));
          case "SqrtGrad" -> out.emit("Div", out.emit("Mul", b, out.scalarLike(b, 0.5)), a);
          case "RsqrtGrad" -> {
            OnnxValue cube = out.emit("Mul", a, out.emit("Mul", a, a));
            yield out.emit("Mul", out.emit("Mul", b, out.scalarLike(b, -0.5)), cube);
          }
          default -> out.emit("Mul", Map.of(), out.emit("Neg", b), out.emit("Mul", a, a));
        });
  }
}
