package org.betavae.export.toonnx;

import java.util.Map;
import java.util.Set;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.OnnxValue;
import org.betavae.export.tf.TfNode;

/**
 * TF {@code BitwiseAnd(x, y)}, {@code BitwiseOr} and {@code BitwiseXor} to ONNX's operators of
 * those names, which there are from operator set 18 on; before, and for {@code Invert}, shifts and
 * {@code PopulationCount}, to what gives the same numbers.
 *
 * <p>TF {@code Bitcast}, which reads the bits of one type as another, has no counterpart; only the
 * sign bit of floating point, which Keras takes by it in argmax, can be computed: {@code
 * BitwiseAnd(Bitcast(x), lowest)} is the lowest integer where x &lt; 0 or 1/x &lt; 0, else 0.
 */
final class BitwiseConverter implements OpConverter {
  private static final String CAST = "Bitcast";

  @Override
  public Set<String> tfOps() {
    return Set.of(
        "BitwiseAnd",
        "BitwiseOr",
        "BitwiseXor",
        "Invert",
        "LeftShift",
        "RightShift",
        "PopulationCount",
        CAST);
  }

  @Override
  public String notCovered(String tfOp) {
    return tfOp.equals("Bitcast") ? "anything but the sign bit of a float" : "";
  }

  @Override
  public void convert(TfNode n, Emitter out) {
    if (n.op().equals(CAST)) {
      // Left unbound: whoever reads it except as a sign bit is told that it has no counterpart.
      return;
    }
    TfNode left = n.inputs().get(0).node();
    if (left.op().equals(CAST)) {
      out.out(signBit(n, left, out));
      return;
    }
    OnnxValue x = out.in(0);
    out.out(
        switch (n.op()) {
          case "Invert" ->
              // Without a sign, -1 is the largest number.
              out.emit("Sub", number(x.type(), -1, out), x);
          case "LeftShift", "RightShift" ->
              Bits.shifted(x, out.in(1), n.op().equals("LeftShift"), out);
          case "PopulationCount" ->
              out.cast(Bits.number(Bits.of(x, out), null, out), ElementType.UINT8);
          default ->
              out.opset() < 18
                  ? Bits.combined(n.op().substring("Bitwise".length()), x, out.in(1), out)
                  : out.emit(n.op(), x, out.in(1));
        });
  }

  private static OnnxValue signBit(TfNode and, TfNode bitcast, Emitter out) {
    OnnxValue x = out.value(bitcast.inputs().get(0));
    ElementType bits = bitcast.type("type");
    OnnxValue mask = out.in(1);
    long lowest = bits.bytes() == 8 ? Long.MIN_VALUE : Integer.MIN_VALUE;
    boolean signOnly =
        and.op().equals("BitwiseAnd")
            && x.type().isFloat()
            && x.type().bytes() == bits.bytes()
            && bits.bytes() >= 4
            && bits.isInteger()
            && mask.isConstant()
            && mask.constant().size() == 1
            && mask.constant().longAt(0) == lowest;
    if (!signOnly) {
      throw out.fail(
          "it reads the bits of " + x.type().numpyName(), "expected no more than the sign bit");
    }
    OnnxValue zero = out.scalarLike(x, 0);
    OnnxValue negativeZero =
        out.emit(
            "And", out.emit("Equal", x, zero), out.emit("Less", out.emit("Reciprocal", x), zero));
    OnnxValue negative = out.emit("Or", out.emit("Less", x, zero), negativeZero);
    return out.emit("Where", Map.of(), negative, number(bits, lowest, out), number(bits, 0, out));
  }

  private static OnnxValue number(ElementType type, long value, Emitter out) {
    return out.constant(Tensor.ofLongs(type, new long[0], i -> value));
  }
}
