package org.betavae.export.toonnx;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.ElementType;
import org.betavae.export.onnx.OnnxValue;
import org.betavae.export.tf.TfNode;

/**
 * TF {@code TopKV2(x, k)} to ONNX {@code TopK(X, K [1])} along the last axis; TF gives int32
 * indices, ONNX int64.
 */
final class TopKConverter implements OpConverter {
  @Override
  public Set<String> tfOps() {
    return Set.of("TopKV2", "TopK");
  }

  @Override
  public void convert(TfNode n, Emitter out) {
    OnnxValue k =
        n.op().equals("TopK")
            ? out.longs(n.integer("k", 1))
            : out.reshape(out.cast(out.in(1), ElementType.INT64), 1);
    List<OnnxValue> both =
        out.emitAll("TopK", Map.of("axis", -1L, "largest", 1L, "sorted", 1L), 2, out.in(0), k);
    out.out(0, both.get(0));
    out.out(1, out.cast(both.get(1), n.type("index_type", ElementType.INT32)));
  }
}
