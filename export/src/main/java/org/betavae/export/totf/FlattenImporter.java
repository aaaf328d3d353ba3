package org.betavae.export.totf;

import java.util.List;
import java.util.Set;
import org.betavae.export.onnx.Dim;

/** ONNX {@code Flatten(axis)}: what is before the axis becomes one dimension, the rest another. */
final class FlattenImporter implements OpImporter {
  @Override
  public Set<String> onnxOps() {
    return Set.of("Flatten");
  }

  @Override
  public void convert(OnnxOp n, TfEmitter out) {
    TfValue x = out.in(0);
    int rank = out.rank(x);
    long given = n.integer("axis", 1);
    int axis = given == rank ? rank : out.axis(given, Math.max(1, rank));
    Dim before = Dim.product(x.shape().subList(0, Math.min(axis, rank)));
    Dim after = Dim.product(x.shape().subList(Math.min(axis, rank), rank));
    out.out(out.reshape(x, List.of(before, after)));
  }
}
