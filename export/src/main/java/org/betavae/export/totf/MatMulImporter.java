package org.betavae.export.totf;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.betavae.export.onnx.Dim;

/** ONNX {@code MatMul}, numpy's matmul: vectors count as a row or a column. */
final class MatMulImporter implements OpImporter {
  @Override
  public Set<String> onnxOps() {
    return Set.of("MatMul");
  }

  @Override
  public void convert(OnnxOp n, TfEmitter out) {
    out.out(matMul(out, out.in(0), out.in(1)));
  }

  static TfValue matMul(TfEmitter out, TfValue left, TfValue right) {
    TfValue a = left;
    TfValue b = right;
    boolean row = out.rank(a) == 1;
    boolean column = out.rank(b) == 1;
    if (row) {
      a = out.unsqueeze(a, 0);
    }
    if (column) {
      b = out.unsqueeze(b, 1);
    }
    TfValue product = out.matMul(a, b);
    List<Dim> shape = new ArrayList<>(product.shape());
    if (column) {
      shape.remove(shape.size() - 1);
    }
    if (row) {
      shape.remove(shape.size() - (column ? 1 : 2));
    }
    return out.reshape(product, shape);
  }
}
