package org.betavae.export.totf;

import java.util.Map;
import java.util.Set;
import org.betavae.export.onnx.Dim;

/** ONNX operators on pairs of elements with numpy's broadcasting; biases become BiasAdd. */
final class BinaryImporter implements OpImporter {
  private static final Map<String, String> TF = Map.of("Add", "AddV2", "Sub", "Sub", "Mul", "Mul");

  @Override
  public Set<String> onnxOps() {
    return TF.keySet();
  }

  @Override
  public void convert(OnnxOp n, TfEmitter out) {
    boolean square = n.is("Mul") && out.in(0) == out.in(1) && out.in(0).type().isFloat();
    out.out(
        square ? out.unary("Square", out.in(0)) : out.binary(TF.get(n.op()), out.in(0), out.in(1)));
  }

  /** True where a vector is added to the last dimension of another value. */
  static boolean isBias(TfValue v, Dim channels) {
    return v.rank() == 1 && v.shape().get(0).equals(channels);
  }
}
