package org.betavae.export.toonnx;

import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import org.betavae.export.ElementType;
import org.betavae.export.onnx.OnnxValue;
import org.betavae.export.tf.TfNode;

/**
 * TF {@code Sum(x, axes)} and its like to ONNX {@code ReduceSum} and its like; All and Any by the
 * least and largest of 0 and 1.
 */
final class ReduceConverter implements OpConverter {
  private static final Map<String, String> NAMES =
      Map.of(
          "Sum", "ReduceSum",
          "Mean", "ReduceMean",
          "Max", "ReduceMax",
          "Min", "ReduceMin",
          "Prod", "ReduceProd",
          "All", "ReduceMin",
          "Any", "ReduceMax",
          "EuclideanNorm", "ReduceL2");

  @Override
  public Set<String> tfOps() {
    return NAMES.keySet();
  }

  @Override
  public String notCovered(String tfOp) {
    return "axes computed at run time, an input of unknown rank";
  }

  @Override
  public void convert(TfNode n, Emitter out) {
    OnnxValue x = out.in(0);
    boolean keep = n.flag("keep_dims");
    int rank = out.rank(x);
    long[] axes =
        Arrays.stream(out.known(1, "the axes"))
            .map(a -> out.axis(a, rank))
            .sorted()
            .distinct()
            .toArray();
    if (axes.length == 0) {
      out.out(n.op().equals("EuclideanNorm") ? out.emit("Abs", x) : x);
    } else if (x.type() == ElementType.BOOL) {
      OnnxValue y = out.reduce(NAMES.get(n.op()), out.cast(x, ElementType.INT32), keep, axes);
      out.out(out.cast(y, ElementType.BOOL));
    } else {
      out.out(out.reduce(NAMES.get(n.op()), x, keep, axes));
    }
  }
}
