package org.betavae.export.totf;

import ai.onnx.proto.OnnxMl.GraphProto;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.ElementType;

/**
 * ONNX {@code FlexAttention(Q, K, V; score_mod, prob_mod)}: attention whose scores and weights pass
 * through graphs of the model's own.
 */
final class FlexAttentionImporter implements OpImporter {
  @Override
  public Set<String> onnxOps() {
    return Set.of("ai.onnx.preview:FlexAttention");
  }

  @Override
  public void convert(OnnxOp n, TfEmitter out) {
    TfValue q = out.plain(out.in(0));
    TfValue k = out.plain(out.in(1));
    TfValue v = out.plain(out.in(2));
    if (out.rank(q) != 4 || out.rank(k) != 4 || out.rank(v) != 4) {
      throw out.fail(
          "its inputs are " + q + ", " + k + " and " + v, "expected [batch, heads, steps, size]");
    }
    int groups = out.size(q, 1) / out.size(k, 1);
    TfValue keys = AttentionImporter.repeated(k, groups, out);
    TfValue values = AttentionImporter.repeated(v, groups, out);
    double scale = n.has("scale") ? n.number("scale", 1) : 1 / Math.sqrt(out.size(q, 3));
    ElementType wide = AttentionImporter.precision(n, q);
    TfValue raw = out.matMul(out.cast(q, wide), out.cast(keys, wide), false, true);
    TfValue scores = out.binary("Mul", raw, out.scalarLike(raw, scale));
    scores = out.plain(modified(n, "score_mod", scores, out));
    TfValue weights = out.node("Softmax", Map.of(), scores.shape(), scores);
    weights = modified(n, "prob_mod", weights, out);
    out.out(out.matMul(out.cast(weights, q.type()), values));
  }

  private static TfValue modified(OnnxOp n, String attribute, TfValue v, TfEmitter out) {
    GraphProto graph = n.graph(attribute);
    if (graph == null) {
      return v;
    }
    List<TfValue> made = out.inline(graph, List.of(v));
    if (made.size() != 1 || made.get(0).type() != v.type() || made.get(0).rank() != v.rank()) {
      throw out.fail(attribute + " gives " + made, "expected one value like " + v);
    }
    return made.get(0);
  }
}
