package org.betavae.export.totf;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.ElementType;
import org.betavae.export.onnx.Dim;

/**
 * ONNX {@code MelWeightMatrix}: triangles over the bins of a spectrum, spaced evenly in mel, which
 * is 2595 log10(1 + f / 700).
 */
final class MelWeightImporter implements OpImporter {
  private static final double SLOPE = 2595 / Math.log(10);
  private static final double CORNER = 700;

  @Override
  public Set<String> onnxOps() {
    return Set.of("MelWeightMatrix");
  }

  private static TfValue real(TfEmitter out, int i) {
    return out.cast(out.reshape(out.in(i), List.of()), ElementType.FLOAT64);
  }

  private static TfValue times(TfEmitter out, TfValue v, double by) {
    return out.binary("Mul", v, out.scalarLike(v, by));
  }

  private static TfValue plus(TfEmitter out, TfValue v, double number) {
    return out.binary("AddV2", v, out.scalarLike(v, number));
  }

  private static TfValue mel(TfEmitter out, TfValue frequency) {
    return times(out, out.unary("Log", plus(out, times(out, frequency, 1 / CORNER), 1)), SLOPE);
  }

  @Override
  public void convert(OnnxOp n, TfEmitter out) {
    ElementType to = ElementType.ofOnnx((int) n.integer("output_datatype", 1));
    if (to == null) {
      throw out.fail(
          "its output_datatype is " + n.integer("output_datatype", 1),
          "expected a type that TensorFlow has");
    }
    TfValue bands = real(out, 0);
    TfValue length = real(out, 1);
    TfValue low = mel(out, real(out, 3));
    TfValue high = mel(out, real(out, 4));
    TfValue edges = plus(out, bands, 2);
    TfValue zero = out.scalar(ElementType.FLOAT64, 0);
    TfValue one = out.scalar(ElementType.FLOAT64, 1);
    Dim open = out.freshDim();
    TfValue numbers = out.node("Range", Map.of(), List.of(open), zero, edges, one);
    TfValue step = out.binary("RealDiv", out.binary("Sub", high, low), edges);
    TfValue mels = out.binary("AddV2", out.binary("Mul", numbers, step), low);
    TfValue hertz =
        times(out, plus(out, out.unary("Exp", times(out, mels, 1 / SLOPE)), -1), CORNER);
    TfValue bins =
        out.unary(
            "Floor",
            out.binary("RealDiv", out.binary("Mul", plus(out, length, 1), hertz), real(out, 2)));
    TfValue half = out.unary("Floor", times(out, length, 0.5));
    Dim rows = out.freshDim();
    TfValue spectrum = out.node("Range", Map.of(), List.of(rows), zero, plus(out, half, 1), one);
    TfValue f = out.unsqueeze(spectrum, 1);
    TfValue left = out.slice(bins, 0, 0, -2);
    TfValue centre = out.slice(bins, 0, 1, -1);
    TfValue right = out.slice(bins, 0, 2, Long.MAX_VALUE);
    out.out(out.cast(triangles(out, f, left, centre, right), to));
  }

  /** Rising from left to centre, falling from there to right, 1 at the centre. */
  private static TfValue triangles(
      TfEmitter out, TfValue f, TfValue left, TfValue centre, TfValue right) {
    TfValue zero = out.scalar(ElementType.FLOAT64, 0);
    TfValue rise =
        out.binary("DivNoNan", out.binary("Sub", f, left), out.binary("Sub", centre, left));
    TfValue fall =
        out.binary("DivNoNan", out.binary("Sub", right, f), out.binary("Sub", right, centre));
    TfValue before =
        out.binary(
            "LogicalAnd", out.binary("GreaterEqual", f, left), out.binary("Less", f, centre));
    TfValue after =
        out.binary("LogicalAnd", out.binary("Greater", f, centre), out.binary("Less", f, right));
    TfValue rising = out.broadcasting("SelectV2", Map.of(), before, rise, zero);
    TfValue both = out.broadcasting("SelectV2", Map.of(), after, fall, rising);
    TfValue top = out.binary("Equal", f, centre);
    return out.broadcasting("SelectV2", Map.of(), top, out.scalar(ElementType.FLOAT64, 1), both);
  }
}
