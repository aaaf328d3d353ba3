package org.betavae.export.totf;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.Dim;

/**
 * ONNX {@code Attention(Q, K, V, mask, past_key, past_value, lengths)}, by the standard's
 * decomposition.
 */
final class AttentionImporter implements OpImporter {
  /** More are counted at run time. */
  private static final int MOST_NUMBERS = 1 << 16;

  /** Which scores qk_matmul_output_mode gives. */
  private static final int RAW = 0;

  private static final int CAPPED = 1;
  private static final int BIASED = 2;
  private static final int SOFTMAX = 3;

  @Override
  public Set<String> onnxOps() {
    return Set.of("Attention");
  }

  @Override
  public void convert(OnnxOp n, TfEmitter out) {
    boolean flat = out.rank(out.in(0)) == 3;
    TfValue q = heads(out.in(0), n.integer("q_num_heads", 0), out);
    TfValue k = heads(out.in(1), n.integer("kv_num_heads", 0), out);
    TfValue v = heads(out.in(2), n.integer("kv_num_heads", 0), out);
    TfValue past = out.optional(4);
    if (past != null) {
      k = out.concat(2, List.of(past, k));
      v = out.concat(2, List.of(out.in(5), v));
    }
    out.out(1, k);
    out.out(2, v);
    int groups = out.size(q, 1) / out.size(k, 1);
    TfValue keys = repeated(k, groups, out);
    TfValue values = repeated(v, groups, out);
    TfValue weights = weights(n, q, keys, past, out);
    TfValue y = out.matMul(weights, values);
    out.out(flat ? joined(y, out) : y);
  }

  /** {@code [batch, steps, heads * size]} as {@code [batch, heads, steps, size]}. */
  static TfValue heads(TfValue v, long count, TfEmitter out) {
    if (out.rank(v) == 4) {
      return out.plain(v);
    }
    if (count < 1) {
      throw out.fail("it has " + count + " heads", "expected the attributes of their numbers");
    }
    int size = out.size(v, 2);
    List<Dim> apart = new ArrayList<>(v.shape().subList(0, 2));
    apart.add(Dim.of(count));
    apart.add(Dim.of(size / count));
    return out.plain(out.transpose(out.reshape(v, apart), 0, 2, 1, 3));
  }

  static TfValue joined(TfValue y, TfEmitter out) {
    TfValue turned = out.transpose(y, 0, 2, 1, 3);
    List<Dim> shape = new ArrayList<>(turned.shape().subList(0, 2));
    shape.add(turned.shape().get(2).times(turned.shape().get(3)));
    return out.reshape(out.plain(turned), shape);
  }

  /** Each head of keys and values once for every query head that shares it. */
  static TfValue repeated(TfValue v, int times, TfEmitter out) {
    if (times == 1) {
      return v;
    }
    List<Dim> shape = new ArrayList<>(v.shape());
    TfValue apart = out.unsqueeze(v, 2);
    List<Dim> wide = new ArrayList<>(apart.shape());
    wide.set(2, Dim.of(times));
    TfValue tiled =
        out.node("Tile", Map.of(), wide, out.plain(apart), out.constantInts(1, 1, times, 1, 1));
    shape.set(1, shape.get(1).times(times));
    return out.reshape(tiled, shape);
  }

  private static TfValue weights(OnnxOp n, TfValue q, TfValue k, TfValue past, TfEmitter out) {
    double scale = n.has("scale") ? n.number("scale", 1) : 1 / Math.sqrt(out.size(q, 3));
    double root = Math.sqrt(scale);
    TfValue raw = out.matMul(times(q, root, out), times(k, root, out), false, true);
    TfValue mask = mask(n, q, k, past, out);
    float cap = n.number("softcap", 0);
    TfValue capped = cap == 0 ? raw : capped(raw, cap, out);
    TfValue biased = mask == null ? capped : out.binary("AddV2", capped, mask);
    ElementType wide = precision(n, biased);
    TfValue soft = out.cast(softmax(out.cast(biased, wide), mask != null, out), biased.type());
    if (out.isNeeded(3)) {
      int mode = (int) n.integer("qk_matmul_output_mode", 0);
      out.out(3, mode == RAW ? raw : mode == BIASED ? biased : mode == CAPPED ? capped : soft);
      if (mode > SOFTMAX) {
        throw out.fail("qk_matmul_output_mode is " + mode, "expected 0 to 3");
      }
    }
    return soft;
  }

  static ElementType precision(OnnxOp n, TfValue v) {
    ElementType asked = ElementType.ofOnnx((int) n.integer("softmax_precision", 0));
    return asked != null && asked.isFloat()
        ? asked
        : v.type() == ElementType.FLOAT64 ? ElementType.FLOAT64 : ElementType.FLOAT32;
  }

  /** Rows in which everything is masked give zeros. */
  private static TfValue softmax(TfValue v, boolean masked, TfEmitter out) {
    TfValue plain = out.plain(v);
    if (!masked) {
      return out.node("Softmax", Map.of(), plain.shape(), plain);
    }
    int last = plain.rank() - 1;
    TfValue most = out.reduce("Max", plain, true, last);
    TfValue none = out.binary("Equal", most, out.scalarLike(plain, Double.NEGATIVE_INFINITY));
    TfValue zero = out.scalarLike(plain, 0);
    TfValue safe = out.broadcasting("SelectV2", Map.of(), none, zero, plain);
    TfValue soft = out.node("Softmax", Map.of(), plain.shape(), safe);
    return out.broadcasting("SelectV2", Map.of(), none, zero, soft);
  }

  private static TfValue capped(TfValue v, float cap, TfEmitter out) {
    return times(out.unary("Tanh", times(v, 1.0 / cap, out)), cap, out);
  }

  private static TfValue times(TfValue v, double by, TfEmitter out) {
    return out.binary("Mul", v, out.scalarLike(v, by));
  }

  /** What is added to the scores: nothing where a key may be seen, minus infinity elsewhere. */
  private static TfValue mask(OnnxOp n, TfValue q, TfValue k, TfValue past, TfEmitter out) {
    TfValue mask = null;
    if (out.has(3)) {
      TfValue given = out.plain(out.in(3));
      mask = given.type() == ElementType.BOOL ? additive(given, q, out) : out.cast(given, q.type());
      mask = padded(mask, k, out);
    }
    if (n.integer("is_causal", 0) != 0) {
      mask = plus(mask, causal(q, k, past, out), out);
    }
    if (out.has(6)) {
      TfValue lengths = out.cast(out.plain(out.in(6)), ElementType.INT32);
      TfValue at = positions(k, out);
      TfValue seen = out.binary("Less", at, out.unsqueeze(lengths, 1, 2, 3));
      mask = plus(mask, additive(out.plain(seen), q, out), out);
    }
    return mask;
  }

  private static TfValue plus(TfValue a, TfValue b, TfEmitter out) {
    return a == null ? b : out.binary("AddV2", a, b);
  }

  private static TfValue additive(TfValue seen, TfValue like, TfEmitter out) {
    return out.broadcasting(
        "SelectV2",
        Map.of(),
        seen,
        out.scalarLike(like, 0),
        out.scalarLike(like, Double.NEGATIVE_INFINITY));
  }

  /** A mask shorter than the keys hides the rest of them. */
  private static TfValue padded(TfValue mask, TfValue k, TfEmitter out) {
    Dim have = mask.shape().get(mask.rank() - 1);
    Dim want = k.shape().get(2);
    if (!have.isKnown() || !want.isKnown() || have.value() >= want.value() || have.is(1)) {
      return mask;
    }
    long[] after = new long[mask.rank()];
    after[mask.rank() - 1] = want.value() - have.value();
    return out.pad(
        mask, new long[mask.rank()], after, out.scalarLike(mask, Double.NEGATIVE_INFINITY));
  }

  private static TfValue causal(TfValue q, TfValue k, TfValue past, TfEmitter out) {
    TfValue rows = out.unsqueeze(range(q.shape().get(2), out), 1);
    if (past != null) {
      TfValue offset = out.reshape(out.dimension(past.shape().get(2)), List.of());
      rows = out.binary("AddV2", rows, offset);
    } else if (out.has(6)) {
      TfValue lengths = out.cast(out.plain(out.in(6)), ElementType.INT32);
      TfValue queries = out.reshape(out.dimension(q.shape().get(2)), List.of());
      TfValue offset = out.unsqueeze(out.binary("Sub", lengths, queries), 1, 2, 3);
      rows = out.binary("AddV2", rows, offset);
    }
    return additive(out.plain(out.binary("LessEqual", positions(k, out), rows)), q, out);
  }

  private static TfValue positions(TfValue k, TfEmitter out) {
    return range(k.shape().get(2), out);
  }

  /** Whole numbers from 0, {@code [n]} of int32. */
  static TfValue range(Dim n, TfEmitter out) {
    if (n.isKnown() && n.value() <= MOST_NUMBERS) {
      return out.constant(Tensor.ofLongs(ElementType.INT32, new long[] {n.value()}, i -> i));
    }
    TfValue end = out.reshape(out.dimension(n), List.of());
    return out.node("Range", Map.of(), List.of(n), out.integer(0), end, out.integer(1));
  }
}
