package org.betavae.export.totf;

import java.util.List;
import java.util.Set;

/** ONNX {@code Concat(axis)}. */
final class ConcatImporter implements OpImporter {
  @Override
  public Set<String> onnxOps() {
    return Set.of("Concat");
  }

  @Override
  public void convert(OnnxOp n, TfEmitter out) {
    List<TfValue> in = out.ins();
    int rank = in.stream().mapToInt(TfValue::rank).max().orElse(-1);
    if (rank < 0) {
      throw out.fail("no input has a known rank", "expected one");
    }
    out.out(out.concat(out.axis(n.integer("axis", 1), rank), in));
  }
}
