package org.betavae.export.totf;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.onnx.Dim;

/** ONNX {@code Pad}: constant, reflect, edge and wrap; negative paddings cut off. */
final class PadImporter implements OpImporter {
  @Override
  public Set<String> onnxOps() {
    return Set.of("Pad");
  }

  @Override
  public void convert(OnnxOp n, TfEmitter out) {
    TfValue x = out.in(0);
    int rank = out.rank(x);
    boolean known = n.has("pads") || n.has("paddings") || isKnown(out, 1);
    if (!known || (out.has(3) && !isKnown(out, 3))) {
      out.out(RuntimePadding.pad(n, x, out));
      return;
    }
    long[] pads = out.known(n, n.has("paddings") ? "paddings" : "pads", 1);
    long[] axes = out.has(3) ? out.known(3, "axes") : null;
    int count = axes == null ? rank : axes.length;
    if (pads == null || pads.length != 2 * count) {
      throw out.fail(
          "it has " + (pads == null ? 0 : pads.length) + " paddings", "expected " + 2 * count);
    }
    long[] before = new long[rank];
    long[] after = new long[rank];
    Map<Integer, long[]> cut = new HashMap<>();
    for (int i = 0; i < count; i++) {
      int axis = axes == null ? i : out.axis(axes[i], rank);
      before[axis] = Math.max(0, pads[i]);
      after[axis] = Math.max(0, pads[i + count]);
      long end = Math.min(0, pads[i + count]);
      if (pads[i] < 0 || end < 0) {
        cut.put(axis, new long[] {Math.max(0, -pads[i]), end == 0 ? Long.MAX_VALUE : end, 1});
      }
    }
    TfValue v = cut.isEmpty() ? x : out.strided(x, cut);
    out.out(padded(n, v, before, after, out));
  }

  private static boolean isKnown(TfEmitter out, int i) {
    return out.in(i).isConstant() || Shapes.isKnown(out.in(i).elements());
  }

  private static TfValue padded(OnnxOp n, TfValue x, long[] before, long[] after, TfEmitter out) {
    switch (n.text("mode", "constant")) {
      case "constant" -> {
        return constant(n, x, before, after, out);
      }
      case "reflect" -> {
        return reflected(x, before, after, out);
      }
      default -> {
        TfValue v = x;
        boolean wrap = n.text("mode", "").equals("wrap");
        for (int axis = 0; axis < before.length; axis++) {
          v = wrap ? wrapped(v, axis, before, after, out) : edges(v, axis, before, after, out);
        }
        return v;
      }
    }
  }

  private static TfValue constant(OnnxOp n, TfValue x, long[] before, long[] after, TfEmitter out) {
    if (!out.has(2)) {
      float number = n.number("value", 0);
      return number == 0
          ? out.padZeros(x, before, after)
          : out.pad(x, before, after, out.scalarLike(x, number));
    }
    TfValue value = out.in(2);
    boolean zero = value.isConstant() && value.constant().doubleAt(0) == 0;
    return zero
        ? out.padZeros(x, before, after)
        : out.pad(x, before, after, out.plain(out.reshape(value, new long[0])));
  }

  /** TensorFlow mirrors no more than there is at once. */
  private static TfValue reflected(TfValue x, long[] before, long[] after, TfEmitter out) {
    TfValue v = x;
    long[] left = before.clone();
    long[] right = after.clone();
    for (int round = 0; round < 64; round++) {
      long[] b = new long[left.length];
      long[] a = new long[left.length];
      boolean rest = false;
      for (int i = 0; i < left.length; i++) {
        long most = v.shape().get(i).isKnown() ? v.shape().get(i).value() - 1 : Long.MAX_VALUE;
        b[i] = Math.min(left[i], most);
        a[i] = Math.min(right[i], most);
        left[i] -= b[i];
        right[i] -= a[i];
        rest |= left[i] + right[i] > 0;
      }
      v = out.padMirrored(v, b, a, "REFLECT");
      if (!rest) {
        return v;
      }
    }
    throw out.fail("its input is " + x, "expected paddings that mirror something");
  }

  private static TfValue edges(TfValue x, int axis, long[] before, long[] after, TfEmitter out) {
    List<TfValue> parts = new ArrayList<>();
    if (before[axis] > 0) {
      parts.add(repeated(out.slice(x, axis, 0, 1), axis, before[axis], out));
    }
    parts.add(x);
    if (after[axis] > 0) {
      parts.add(repeated(out.slice(x, axis, -1, Long.MAX_VALUE), axis, after[axis], out));
    }
    return out.concat(axis, parts);
  }

  private static TfValue repeated(TfValue edge, int axis, long times, TfEmitter out) {
    TfValue one = out.plain(edge);
    long[] multiples = new long[one.rank()];
    Arrays.fill(multiples, 1);
    multiples[axis] = times;
    List<Dim> shape = Shapes.with(one.shape(), axis, Dim.of(times));
    return out.node("Tile", Map.of(), shape, one, out.constantInts(multiples));
  }

  private static TfValue wrapped(TfValue x, int axis, long[] before, long[] after, TfEmitter out) {
    Dim size = x.shape().get(axis);
    if (size.isKnown() && (before[axis] > size.value() || after[axis] > size.value())) {
      throw out.fail("its input is " + x, "expected paddings no larger than what they repeat");
    }
    List<TfValue> parts = new ArrayList<>();
    if (before[axis] > 0) {
      parts.add(out.slice(x, axis, -before[axis], Long.MAX_VALUE));
    }
    parts.add(x);
    if (after[axis] > 0) {
      parts.add(out.slice(x, axis, 0, after[axis]));
    }
    return out.concat(axis, parts);
  }
}
