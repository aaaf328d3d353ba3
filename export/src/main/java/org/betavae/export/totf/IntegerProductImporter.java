package org.betavae.export.totf;

import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.betavae.export.ElementType;
import org.betavae.export.onnx.Dim;

/**
 * ONNX's products of quantized numbers: {@code MatMulInteger}, {@code ConvInteger}, {@code
 * QLinearMatMul} and {@code QLinearConv}. Sums are exact, as int32 or in float64.
 */
final class IntegerProductImporter implements OpImporter {
  @Override
  public Set<String> onnxOps() {
    return Set.of("MatMulInteger", "ConvInteger", "QLinearMatMul", "QLinearConv");
  }

  @Override
  public void convert(OnnxOp n, TfEmitter out) {
    switch (n.op()) {
      case "MatMulInteger" -> {
        TfValue a = rows(out, centred(out, out.in(0), out.optional(2), true, ElementType.INT32));
        out.out(out.matMul(a, centred(out, out.in(1), out.optional(3), false, ElementType.INT32)));
      }
      case "ConvInteger" -> {
        TfValue y = convolve(n, out, out.in(0), out.optional(2), out.in(1), out.optional(3), null);
        out.out(out.cast(y, ElementType.INT32));
      }
      case "QLinearMatMul" -> matMul(out);
      default -> conv(n, out);
    }
  }

  private static TfValue rows(TfEmitter out, TfValue a) {
    return a.rank() == 1 ? out.unsqueeze(a, 0) : a;
  }

  /** The values less their zero point, which is one for all, for each row, or for each column. */
  private static TfValue centred(
      TfEmitter out, TfValue v, TfValue zero, boolean byRow, ElementType type) {
    TfValue wide = out.cast(v, type);
    return zero == null ? wide : out.binary("Sub", wide, out.cast(byAxis(out, zero, byRow), type));
  }

  /** One number for each row stands beside the columns. */
  private static TfValue byAxis(TfEmitter out, TfValue v, boolean byRow) {
    if (v.rank() == 1 && v.isSingle()) {
      return out.reshape(v, List.of());
    }
    return v.rank() == 1 && byRow ? out.unsqueeze(v, 1) : v;
  }

  private static void matMul(TfEmitter out) {
    TfValue a = centred(out, out.in(0), out.in(2), true, ElementType.INT32);
    TfValue b = centred(out, out.in(3), out.in(5), false, ElementType.INT32);
    TfValue sum = out.cast(out.matMul(a, b), ElementType.FLOAT32);
    ElementType real = ElementType.FLOAT32;
    TfValue scale =
        out.binary(
            "Mul",
            out.cast(byAxis(out, out.in(1), true), real),
            out.cast(byAxis(out, out.in(4), false), real));
    TfValue result =
        out.binary(
            "RealDiv", out.binary("Mul", sum, scale), out.cast(byAxis(out, out.in(6), true), real));
    TfValue zero = byAxis(out, out.in(7), true);
    out.out(QuantizeImporter.rounded(out, result, zero, out.in(7).type()));
  }

  private static void conv(OnnxOp n, TfEmitter out) {
    TfValue bias = out.optional(8);
    TfValue sum = convolve(n, out, out.in(0), out.in(2), out.in(3), out.in(5), bias);
    ElementType real = ElementType.FLOAT32;
    TfValue scale =
        out.binary(
            "Mul",
            out.cast(byChannel(out, out.in(1), sum.rank()), real),
            out.cast(byChannel(out, out.in(4), sum.rank()), real));
    TfValue result =
        out.binary(
            "RealDiv",
            out.binary("Mul", out.cast(sum, real), scale),
            out.cast(byChannel(out, out.in(6), sum.rank()), real));
    TfValue zero = byChannel(out, out.in(7), sum.rank());
    out.out(QuantizeImporter.rounded(out, result, zero, out.in(7).type()));
  }

  private static TfValue byChannel(TfEmitter out, TfValue v, int rank) {
    if (v.rank() == 0 || v.isSingle()) {
      return out.reshape(v, List.of());
    }
    List<Dim> shape = new ArrayList<>(Shapes.dims(new long[rank]));
    shape.replaceAll(d -> Dim.ONE);
    shape.set(1, v.shape().get(0));
    return out.reshape(v, shape);
  }

  private static TfValue convolve(
      OnnxOp n, TfEmitter out, TfValue x, TfValue xZero, TfValue w, TfValue wZero, TfValue bias) {
    ElementType exact = ElementType.FLOAT64;
    TfValue left = centred(out, x, xZero, false, exact);
    TfValue zero = wZero;
    if (zero != null && zero.rank() == 1 && !zero.isSingle()) {
      List<Dim> shape = new ArrayList<>(w.shape());
      shape.replaceAll(d -> Dim.ONE);
      shape.set(0, zero.shape().get(0));
      zero = out.reshape(zero, shape);
    }
    TfValue right = centred(out, w, zero, false, exact);
    NodeProto conv =
        n.proto().toBuilder().setOpType("Conv").clearOutput().addOutput("conv").build();
    List<TfValue> in =
        bias == null ? List.of(left, right) : List.of(left, right, out.cast(bias, exact));
    return Inner.run(out, conv, in).get(0);
  }
}
