package org.betavae.export.totf;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.Dim;

/**
 * ONNX {@code Trilu}: one triangle of matrices, chosen by each element's distance to the diagonal.
 */
final class TriluImporter implements OpImporter {
  @Override
  public Set<String> onnxOps() {
    return Set.of("Trilu");
  }

  @Override
  public void convert(OnnxOp n, TfEmitter out) {
    TfValue x = out.in(0);
    TfValue k =
        out.has(1)
            ? out.cast(out.reshape(out.in(1), List.of()), ElementType.INT64)
            : out.scalar(ElementType.INT64, 0);
    String keep = n.flag("upper", true) ? "GreaterEqual" : "LessEqual";
    TfValue kept = out.binary(keep, distance(out, x), k);
    Tensor zero =
        x.type() == ElementType.BOOL || x.type().isInteger()
            ? Tensor.ofLongs(x.type(), new long[0], i -> 0)
            : Tensor.scalar(x.type(), 0);
    out.out(out.broadcasting("SelectV2", Map.of(), kept, out.plain(x), out.constant(zero)));
  }

  /** Column minus row of the elements of matrices, int64 [rows, columns]. */
  static TfValue distance(TfEmitter out, TfValue x) {
    int rank = out.rank(x);
    Dim rows = out.dim(x, rank - 2);
    Dim columns = out.dim(x, rank - 1);
    TfValue row = Indices.counted(out, Indices.size(out, x, rank - 2), rows, 0, 2);
    TfValue column = Indices.counted(out, Indices.size(out, x, rank - 1), columns, 1, 2);
    return out.binary("Sub", column, row);
  }
}
