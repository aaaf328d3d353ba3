package org.betavae.export.totf;

import java.util.List;
import java.util.Map;
import java.util.Set;

/** ONNX operators on any number of operands with numpy's broadcasting. */
final class VariadicImporter implements OpImporter {
  private static final Map<String, String> TF =
      Map.of("Max", "Maximum", "Min", "Minimum", "Sum", "AddV2", "Mean", "AddV2");

  @Override
  public Set<String> onnxOps() {
    return TF.keySet();
  }

  @Override
  public void convert(OnnxOp n, TfEmitter out) {
    List<TfValue> in = out.ins();
    TfValue result = in.get(0);
    for (TfValue next : in.subList(1, in.size())) {
      result = out.binary(TF.get(n.op()), result, next);
    }
    if (n.is("Mean") && in.size() > 1) {
      result = out.binary("RealDiv", result, out.scalarLike(result, in.size()));
    }
    out.out(result);
  }
}
