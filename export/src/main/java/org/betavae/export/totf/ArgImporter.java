package org.betavae.export.totf;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.ElementType;
import org.betavae.export.onnx.Dim;

/** ONNX {@code ArgMax} and {@code ArgMin}; the last of equal ones is found in the reversed axis. */
final class ArgImporter implements OpImporter {
  @Override
  public Set<String> onnxOps() {
    return Set.of("ArgMax", "ArgMin");
  }

  @Override
  public void convert(OnnxOp n, TfEmitter out) {
    TfValue x = out.in(0);
    int axis = out.axis(n.integer("axis", 0), out.rank(x));
    boolean last = n.flag("select_last_index", false);
    TfValue from = last ? out.node("ReverseV2", Map.of(), x.shape(), x, out.ints(axis)) : x;
    List<Dim> shape = new ArrayList<>(x.shape());
    shape.remove(axis);
    TfValue at =
        out.node(n.op(), Map.of("output_type", ElementType.INT64), shape, from, out.integer(axis));
    if (last) {
      TfValue most =
          out.binary("Sub", Indices.size(out, x, axis), out.scalar(ElementType.INT64, 1));
      at = out.binary("Sub", most, at);
    }
    out.out(n.flag("keepdims", true) ? out.unsqueeze(at, axis) : at);
  }
}
