package org.betavae.export.toonnx;

import java.util.Map;
import java.util.Set;
import org.betavae.export.ElementType;
import org.betavae.export.onnx.OnnxValue;
import org.betavae.export.tf.TfNode;

/** TF operators {@code f(x)} that ONNX lacks, as a formula of those that it has. */
final class UnaryFormulaConverter implements OpConverter {
  @Override
  public Set<String> tfOps() {
    return Set.of(
        "Square",
        "Rsqrt",
        "Expm1",
        "Log1p",
        "Erfc",
        "Round",
        "Rint",
        "IsFinite",
        "IsInf",
        "Relu",
        "L2Loss",
        "Relu6",
        "LeakyRelu",
        "ZerosLike",
        "OnesLike");
  }

  @Override
  public void convert(TfNode n, Emitter out) {
    OnnxValue x = out.in(0);
    out.out(
        switch (n.op()) {
          case "Square" -> out.emit("Mul", x, x);
          case "Rsqrt" -> out.emit("Reciprocal", out.emit("Sqrt", x));
          case "Expm1" -> out.emit("Sub", out.emit("Exp", x), out.scalarLike(x, 1));
          case "Log1p" -> out.emit("Log", out.emit("Add", x, out.scalarLike(x, 1)));
          case "Erfc" -> out.emit("Sub", out.scalarLike(x, 1), out.emit("Erf", x));
          case "Round", "Rint" -> x.type().isFloat() ? out.emit("Round", x) : x;
          case "IsFinite" -> out.emit("Not", out.emit("Or", out.emit("IsNaN", x), isInf(x, out)));
          case "IsInf" -> isInf(x, out);
          case "Relu" ->
              x.type().isFloat() ? out.emit("Relu", x) : out.emit("Max", x, out.scalarLike(x, 0));
          case "L2Loss" -> l2Loss(x, out);
          case "Relu6" -> out.emit("Clip", x, out.scalarLike(x, 0), out.scalarLike(x, 6));
          case "LeakyRelu" -> out.emit("LeakyRelu", Map.of("alpha", n.number("alpha", 0.2f)), x);
          case "ZerosLike" -> Fills.like(out, x, 0);
          default -> Fills.like(out, x, 1);
        });
  }

  /** Before operator set 20 ONNX's IsInf takes no 16-bit types. */
  private static OnnxValue isInf(OnnxValue x, Emitter out) {
    boolean half = x.type().bytes() == 2 && out.opset() < 20;
    return out.emit("IsInf", half ? out.cast(x, ElementType.FLOAT32) : x);
  }

  private static OnnxValue l2Loss(OnnxValue x, Emitter out) {
    OnnxValue sum =
        out.reduce("ReduceSum", out.emit("Mul", x, x), false, Emitter.numbers(out.rank(x), i -> i));
    return out.emit("Mul", sum, out.scalarLike(x, 0.5));
  }
}
