package org.betavae.export.toonnx;

import java.util.Map;
import java.util.Set;
import org.betavae.export.onnx.OnnxValue;
import org.betavae.export.tf.TfNode;

/**
 * TF {@code TensorScatterUpdate(x, indices, updates)} and its like to ONNX {@code ScatterND};
 * {@code ScatterNd(indices, updates, shape)} adds to zeros. Adding needs operator set 16, least and
 * largest 18.
 */
final class ScatterConverter implements OpConverter {
  @Override
  public Set<String> tfOps() {
    return Set.of(
        "ScatterNd",
        "TensorScatterUpdate",
        "TensorScatterAdd",
        "TensorScatterSub",
        "TensorScatterMax",
        "TensorScatterMin");
  }

  @Override
  public int opsetFrom(String tfOp) {
    return switch (tfOp) {
      case "TensorScatterUpdate" -> 13;
      case "TensorScatterMax", "TensorScatterMin" -> 18;
      default -> 16;
    };
  }

  @Override
  public void convert(TfNode n, Emitter out) {
    boolean fresh = n.op().equals("ScatterNd");
    OnnxValue index = out.int64(out.in(fresh ? 0 : 1));
    OnnxValue updates = out.in(fresh ? 1 : 2);
    OnnxValue x = fresh ? Fills.of(out, out.in(2), updates.type(), 0) : out.in(0);
    String reduction =
        switch (n.op()) {
          case "TensorScatterUpdate" -> "none";
          case "TensorScatterMax" -> "max";
          case "TensorScatterMin" -> "min";
          default -> "add";
        };
    int from = reduction.equals("none") ? 13 : reduction.equals("add") ? 16 : 18;
    if (out.opset() < from) {
      throw out.fail("it needs operator set " + from, "expected at least that, not " + out.opset());
    }
    if (n.op().equals("TensorScatterSub")) {
      updates = out.emit("Sub", out.scalarLike(updates, 0), updates);
    }
    Map<String, Object> attributes =
        reduction.equals("none") ? Map.of() : Map.of("reduction", reduction);
    out.out(out.emit("ScatterND", attributes, x, index, updates));
  }
}
