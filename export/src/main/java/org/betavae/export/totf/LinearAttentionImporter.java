package org.betavae.export.totf;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.Dim;

/**
 * ONNX {@code LinearAttention(Q, K, V, past, decay, beta)}: a state {@code [batch, heads, keys,
 * values]} that each step adds to; unrolled over few steps, else a loop.
 *
 * <p>Source: the ONNX operator specification, LinearAttention.
 */
final class LinearAttentionImporter implements OpImporter {
  @Override
  public Set<String> onnxOps() {
    return Set.of("LinearAttention");
  }

  @Override
  public void convert(OnnxOp n, TfEmitter out) {
    int heads = heads(n, "kv_num_heads", out);
    int queries = heads(n, "q_num_heads", out) / heads;
    ElementType type = out.in(0).type();
    TfValue q = steps(out.in(0), heads, queries, out);
    TfValue k = steps(out.in(1), heads, -1, out);
    TfValue v = steps(out.in(2), heads, 1, out);
    String rule = n.text("update_rule", "gated_delta");
    if (!Set.of("linear", "gated", "delta", "gated_delta").contains(rule)) {
      throw out.fail("its update_rule is " + rule, "expected linear, gated, delta or gated_delta");
    }
    TfValue decay =
        rule.startsWith("gated") ? out.unary("Exp", steps(out.in(4), heads, -1, out)) : null;
    TfValue beta = rule.endsWith("delta") ? beta(out.in(5), heads, out) : null;
    float given = n.number("scale", 0);
    double scale = given == 0 ? 1 / Math.sqrt(out.size(q, 4)) : given;
    q = out.binary("Mul", q, out.scalarLike(q, scale));
    List<TfValue> results = run(new Sequences(q, k, v, decay, beta), state(q, v, out), out);
    out.out(out.cast(joined(results.get(0), out), type));
    out.out(1, out.cast(results.get(1), out.has(3) ? out.in(3).type() : type));
  }

  private static int heads(OnnxOp n, String attribute, TfEmitter out) {
    long heads = n.integer(attribute, 0);
    if (heads < 1) {
      throw out.fail(attribute + " is " + heads, "expected 1 or more");
    }
    return (int) heads;
  }

  /**
   * What each step reads, the steps in front.
   *
   * @param q {@code [steps, batch, heads, queries, keys]}, scaled
   * @param k {@code [steps, batch, heads, keys, 1]}
   * @param v {@code [steps, batch, heads, 1, values]}
   * @param decay {@code [steps, batch, heads, keys or 1, 1]}; null for none
   * @param beta {@code [steps, batch, heads or 1, 1, 1]}; null for none
   */
  private record Sequences(TfValue q, TfValue k, TfValue v, TfValue decay, TfValue beta) {}

  /**
   * {@code [batch, steps, all]} apart, with as many rows, or one column for -1; in float32 at
   * least.
   */
  private static TfValue steps(TfValue v, int heads, int rows, TfEmitter out) {
    int size = out.size(v, 2) / heads;
    List<Dim> apart = new ArrayList<>(v.shape().subList(0, 2));
    apart.add(Dim.of(heads));
    apart.add(Dim.of(rows < 0 ? size : rows));
    apart.add(Dim.of(rows < 0 ? 1 : size / rows));
    TfValue turned = out.transpose(out.reshape(v, apart), 1, 0, 2, 3, 4);
    return out.plain(
        v.type() == ElementType.FLOAT64 ? turned : out.cast(turned, ElementType.FLOAT32));
  }

  private static TfValue beta(TfValue v, int heads, TfEmitter out) {
    return steps(v, out.size(v, 2) == 1 ? 1 : heads, 1, out);
  }

  /** The state before the first step. */
  private static TfValue state(TfValue q, TfValue v, TfEmitter out) {
    if (out.has(3)) {
      return out.plain(out.cast(out.in(3), q.type()));
    }
    List<Dim> shape =
        List.of(q.shape().get(1), q.shape().get(2), q.shape().get(4), v.shape().get(4));
    long[] known = Shapes.known(shape);
    return known != null
        ? out.constant(Tensor.ofDoubles(q.type(), known, i -> 0))
        : out.node("Fill", Map.of(), shape, out.shapeVector(shape), out.scalar(q.type(), 0));
  }

  /** All outputs, {@code [steps, batch, heads, queries, values]}, and the last state. */
  private static List<TfValue> run(Sequences s, TfValue begin, TfEmitter out) {
    Dim count = s.q.shape().get(0);
    if (!count.isKnown() || count.value() < 1 || count.value() > out.options().longestUnrolled()) {
      return looped(s, begin, count, out);
    }
    TfValue state = begin;
    List<TfValue> all = new ArrayList<>();
    for (int t = 0; t < count.value(); t++) {
      TfValue at = out.integer(t);
      state = step(s, state, at, out);
      all.add(out.unsqueeze(out.matMul(out.gather(s.q, at, 0), state), 0));
    }
    return List.of(out.concat(0, all), state);
  }

  private static List<TfValue> looped(Sequences s, TfValue begin, Dim count, TfEmitter out) {
    While loop = new While(out, List.of(out.integer(0), begin));
    TfValue steps = out.plain(out.reshape(out.dimension(count), List.of()));
    loop.condition((in, v) -> in.binary("Less", v.get(0), steps));
    loop.body(
        1,
        (in, v) -> {
          TfValue state = step(s, v.get(1), v.get(0), in);
          TfValue read = in.matMul(in.gather(s.q, v.get(0), 0), state);
          return List.of(in.binary("AddV2", v.get(0), in.integer(1)), state, read);
        });
    List<TfValue> made = loop.build();
    return List.of(made.get(2), made.get(1));
  }

  private static TfValue step(Sequences s, TfValue before, TfValue t, TfEmitter out) {
    TfValue k = out.gather(s.k, t, 0);
    TfValue write = out.gather(s.v, t, 0);
    TfValue kept = s.decay == null ? before : out.binary("Mul", before, out.gather(s.decay, t, 0));
    if (s.beta != null) {
      TfValue known = out.matMul(k, kept, true, false);
      write = out.binary("Mul", out.binary("Sub", write, known), out.gather(s.beta, t, 0));
    }
    return out.binary("AddV2", kept, out.binary("Mul", k, write));
  }

  /** {@code [batch, steps, heads * queries * values]}. */
  private static TfValue joined(TfValue y, TfEmitter out) {
    TfValue turned = out.plain(out.transpose(y, 1, 0, 2, 3, 4));
    List<Dim> shape = new ArrayList<>(turned.shape().subList(0, 2));
    shape.add(Dim.product(turned.shape().subList(2, 5)));
    return out.reshape(turned, shape);
  }
}
