package org.betavae.export.totf;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.onnx.Dim;

/** ONNX operators that choose elements: {@code Where}, {@code NonZero}, {@code Compress}. */
final class SelectImporter implements OpImporter {
  @Override
  public Set<String> onnxOps() {
    return Set.of("Where", "NonZero", "Compress");
  }

  @Override
  public void convert(OnnxOp n, TfEmitter out) {
    switch (n.op()) {
      case "Where" ->
          out.out(out.broadcasting("SelectV2", Map.of(), out.in(0), out.in(1), out.in(2)));
      case "NonZero" -> out.out(nonZero(out, out.in(0)));
      default -> out.out(compress(n, out));
    }
  }

  private static TfValue nonZero(TfEmitter out, TfValue x) {
    Dim rank = x.rank() < 0 ? out.freshDim() : Dim.of(x.rank());
    List<Dim> shape = List.of(out.freshDim(), rank);
    return out.transpose(out.node("Where", Map.of(), shape, x), 1, 0);
  }

  private static TfValue compress(OnnxOp n, TfEmitter out) {
    TfValue x = out.in(0);
    int axis = 0;
    if (n.has("axis")) {
      axis = out.axis(n.integer("axis", 0), out.rank(x));
    } else {
      x = out.node("Reshape", Map.of(), List.of(out.freshDim()), x, out.constantInts(-1));
    }
    Dim chosen = out.freshDim();
    TfValue places = out.node("Where", Map.of(), List.of(chosen, Dim.ONE), out.in(1));
    TfValue at = out.node("Reshape", Map.of(), List.of(chosen), places, out.constantInts(-1));
    List<Dim> shape = new ArrayList<>(x.shape());
    shape.set(axis, chosen);
    return out.node("GatherV2", Map.of(), shape, x, at, out.integer(axis));
  }
}
