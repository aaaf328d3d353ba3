package org.betavae.export.totf;

import java.util.Map;
import java.util.Set;
import org.betavae.export.onnx.Dim;

/** ONNX {@code Gemm}: alpha A' B' + beta C, to MatMul and BiasAdd. */
final class GemmImporter implements OpImporter {
  @Override
  public Set<String> onnxOps() {
    return Set.of("Gemm");
  }

  @Override
  public void convert(OnnxOp n, TfEmitter out) {
    TfValue y = out.matMul(out.in(0), out.in(1), n.flag("transA", false), n.flag("transB", false));
    y = scaled(out, y, n.number("alpha", 1));
    if (out.has(2) && n.number("beta", 1) != 0) {
      TfValue c = scaled(out, out.in(2), n.number("beta", 1));
      y = addBias(out, y, c);
    }
    out.out(y);
  }

  private static TfValue scaled(TfEmitter out, TfValue v, float by) {
    return by == 1 ? v : out.binary("Mul", v, out.scalarLike(v, by));
  }

  /** A vector added to the last dimension. */
  static TfValue addBias(TfEmitter out, TfValue y, TfValue bias) {
    Dim last = y.shape() == null ? null : y.shape().get(y.rank() - 1);
    boolean vector = bias.rank() == 1 && bias.shape().get(0).equals(last) && y.type().isFloat();
    return vector
        ? out.node("BiasAdd", Map.of(), y.shape(), out.plain(y), bias)
        : out.binary("AddV2", y, bias);
  }
}
