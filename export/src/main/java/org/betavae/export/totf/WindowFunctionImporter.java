package org.betavae.export.totf;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.ElementType;
import org.betavae.export.onnx.Dim;

/** ONNX {@code HannWindow}, {@code HammingWindow} and {@code BlackmanWindow}: sums of cosines. */
final class WindowFunctionImporter implements OpImporter {
  /** Coefficients of 1, cos(x) and cos(2x) as the ONNX standard gives them. */
  private static final Map<String, List<Double>> COEFFICIENTS =
      Map.of(
          "HannWindow", List.of(0.5, -0.5, 0.0),
          "HammingWindow", List.of(25.0 / 46, -21.0 / 46, 0.0),
          "BlackmanWindow", List.of(0.42, -0.5, 0.08));

  @Override
  public Set<String> onnxOps() {
    return COEFFICIENTS.keySet();
  }

  @Override
  public void convert(OnnxOp n, TfEmitter out) {
    ElementType to = ElementType.ofOnnx((int) n.integer("output_datatype", 1));
    if (to == null) {
      throw out.fail(
          "its output_datatype is " + n.integer("output_datatype", 1),
          "expected a type that TensorFlow has");
    }
    TfValue size = out.cast(out.reshape(out.in(0), List.of()), ElementType.FLOAT32);
    TfValue one = out.scalarLike(size, 1);
    Dim length = size.isConstant() ? Dim.of(size.constant().longAt(0)) : out.freshDim();
    TfValue numbers =
        out.node("Range", Map.of(), List.of(length), out.scalarLike(size, 0), size, one);
    TfValue period = n.flag("periodic", true) ? size : out.binary("Sub", size, one);
    TfValue angle =
        out.binary(
            "RealDiv", out.binary("Mul", numbers, out.scalarLike(size, 2 * Math.PI)), period);
    List<Double> by = COEFFICIENTS.get(n.op());
    TfValue sum =
        out.binary(
            "AddV2",
            out.binary("Mul", out.unary("Cos", angle), out.scalarLike(size, by.get(1))),
            out.scalarLike(size, by.get(0)));
    if (by.get(2) != 0) {
      TfValue twice = out.unary("Cos", out.binary("AddV2", angle, angle));
      sum = out.binary("AddV2", sum, out.binary("Mul", twice, out.scalarLike(size, by.get(2))));
    }
    out.out(out.cast(sum, to));
  }
}
