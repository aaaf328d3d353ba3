package org.betavae.export.toonnx;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.OnnxNode;
import org.betavae.export.onnx.OnnxValue;

/**
 * A value {@code [batch, n]} as Σ source · weight + bias, with constant weights {@code [m, n]} and
 * a constant bias {@code [n]}: what goes into a gate of a recurrent layer.
 */
final class Affine {
  private final Map<OnnxValue, Tensor> weights;
  private final Tensor bias;
  private final int size;

  private Affine(Map<OnnxValue, Tensor> weights, Tensor bias, int size) {
    this.weights = weights;
    this.bias = bias;
    this.size = size;
  }

  /** The form of a value; null if it has none. Only float32. */
  static Affine of(OnnxValue v) {
    if (v.type() != ElementType.FLOAT32
        || v.rank() != 2
        || !v.shape().get(1).isKnown()
        || v.isConstant()) {
      return null;
    }
    OnnxNode n = v.producer();
    return n == null
        ? null
        : switch (n.op()) {
          case "MatMul" -> product(n);
          case "Add" -> sum(n);
          case "Split" -> part(n, v);
          case "Slice" -> cut(n, v);
          default -> null;
        };
  }

  /** The part that a source has in it; the bias stays with the input of the layer. */
  Affine of(OnnxValue source, boolean withBias) {
    return new Affine(Map.of(source, weights.get(source)), withBias ? bias : null, size);
  }

  /** The values that are multiplied by weights. */
  Set<OnnxValue> sources() {
    return weights.keySet();
  }

  /** How many columns there are. */
  int size() {
    return size;
  }

  /** The weight of a source. */
  Tensor weight(OnnxValue source) {
    return weights.get(source);
  }

  /** The bias; null for none. */
  Tensor bias() {
    return bias;
  }

  private static Affine product(OnnxNode n) {
    Tensor w = n.input(1).constant();
    boolean plain = w != null && w.rank() == 2 && n.input(0).rank() == 2;
    return plain ? new Affine(Map.of(n.input(0), w), null, (int) w.dim(1)) : null;
  }

  private static Affine sum(OnnxNode n) {
    if (n.input(1).isConstant() || n.input(0).isConstant()) {
      int c = n.input(1).isConstant() ? 1 : 0;
      Affine a = of(n.input(1 - c));
      Tensor bias = n.input(c).constant();
      boolean row = a != null && bias.size() == a.size && bias.dim(bias.rank() - 1) == a.size;
      return row ? new Affine(a.weights, added(a.bias, bias.reshape(a.size)), a.size) : null;
    }
    Affine a = of(n.input(0));
    Affine b = of(n.input(1));
    if (a == null || b == null || a.size != b.size) {
      return null;
    }
    Map<OnnxValue, Tensor> weights = new LinkedHashMap<>(a.weights);
    for (Map.Entry<OnnxValue, Tensor> e : b.weights.entrySet()) {
      if (weights.putIfAbsent(e.getKey(), e.getValue()) != null) {
        return null;
      }
    }
    return new Affine(weights, added(a.bias, b.bias), a.size);
  }

  private static Tensor added(Tensor a, Tensor b) {
    return a == null
        ? b
        : b == null
            ? a
            : Tensor.ofDoubles(
                a.type(), a.shape(), i -> (float) a.doubleAt(i) + (float) b.doubleAt(i));
  }

  private static Affine part(OnnxNode split, OnnxValue v) {
    Affine whole = of(split.input(0));
    long axis = split.integer("axis", 0);
    if (whole == null || (axis != 1 && axis != -1)) {
      return null;
    }
    int from = 0;
    for (OnnxValue before : split.outputs()) {
      if (before == v) {
        break;
      }
      from += (int) before.shape().get(1).orElse(0);
    }
    return whole.columns(from, (int) v.shape().get(1).value());
  }

  private static Affine cut(OnnxNode slice, OnnxValue v) {
    Affine whole = of(slice.input(0));
    boolean constant =
        slice.inputs().subList(1, slice.inputs().size()).stream()
            .allMatch(i -> i == null || i.isConstant());
    if (whole == null || !constant || !slice.input(0).shape().get(0).equals(v.shape().get(0))) {
      return null;
    }
    OnnxValue axes = slice.input(3);
    long from = 0;
    for (int i = 0; i < slice.input(1).constant().size(); i++) {
      long axis = axes == null ? i : axes.constant().longAt(i);
      if (slice.input(4) != null && slice.input(4).constant().longAt(i) != 1) {
        return null;
      }
      if (axis == 1 || axis == -1) {
        from = slice.input(1).constant().longAt(i);
      }
    }
    from = from < 0 ? from + whole.size : from;
    long size = v.shape().get(1).value();
    return from >= 0 && size > 0 && from + size <= whole.size
        ? whole.columns((int) from, (int) size)
        : null;
  }

  private Affine columns(int from, int count) {
    Map<OnnxValue, Tensor> cut = new LinkedHashMap<>();
    weights.forEach((source, w) -> cut.put(source, columns(w, from, count)));
    Tensor part = bias == null ? null : bias.gather(new long[] {count}, new int[] {1}, from);
    return new Affine(cut, part, count);
  }

  private static Tensor columns(Tensor w, int from, int count) {
    return w.gather(new long[] {w.dim(0), count}, new int[] {(int) w.dim(1), 1}, from);
  }
}
