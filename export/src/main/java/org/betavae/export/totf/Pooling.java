package org.betavae.export.totf;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.Dim;

/**
 * Pooling over windows of {@code [N, spatial..., C]}.
 *
 * @param window with what rounding up adds at the end
 * @param extra how much of the padding at the end rounding up added; it never counts
 */
@SuppressWarnings("ArrayRecordComponent") // never compared; the arrays are read in loops
record Pooling(Window window, long[] extra, TfEmitter out) {
  /** Pooling of an input {@code [N, C, spatial...]}. */
  static Pooling of(TfValue x, Window w, boolean ceil, TfEmitter out) {
    int count = w.kernel().length;
    long[] extra = new long[count];
    long[] after = w.after().clone();
    for (int i = 0; i < count && ceil && !w.same(); i++) {
      Dim size = x.shape().get(i + 2);
      long stride = w.strides()[i];
      if (!size.isKnown()) {
        extra[i] = stride - 1;
      } else {
        long padded = size.value() + w.before()[i] + w.after()[i];
        long steps = Math.floorDiv(padded - w.reach(i) + stride - 1, stride) + 1;
        // A window that would begin behind the input and its padding at the start is left out.
        steps = (steps - 1) * stride >= size.value() + w.before()[i] ? steps - 1 : steps;
        extra[i] = Math.max(0, (steps - 1) * stride + w.reach(i) - padded);
      }
      after[i] += extra[i];
    }
    return new Pooling(ceil && !w.same() ? w.withAfter(after) : w, extra, out);
  }

  /** The largest element of each window. */
  TfValue max(TfValue x) {
    boolean plain = window.kernel().length == 2 && !window.isDilated();
    if (plain && (window.isValid() || window.isTfSame(x))) {
      Map<String, Object> attributes = attributes(window);
      attributes.put("padding", window.isValid() ? "VALID" : "SAME");
      return out.node("MaxPool", attributes, shape(x), out.plain(x));
    }
    TfValue padded = out.pad(out.plain(resolved(x)), begins(), ends(), lowest(x.type()));
    return window.isDilated()
        ? bySlices(padded, "Maximum", shape(x))
        : valid(padded, "MaxPool", shape(x));
  }

  private TfValue lowest(ElementType type) {
    return switch (type) {
      case INT8 -> out.scalar(type, Byte.MIN_VALUE);
      case INT16 -> out.scalar(type, Short.MIN_VALUE);
      case INT32 -> out.scalar(type, Integer.MIN_VALUE);
      case INT64 -> out.scalar(type, Long.MIN_VALUE);
      case FLOAT32, FLOAT64, FLOAT16, BFLOAT16 -> out.scalar(type, Double.NEGATIVE_INFINITY);
      default -> out.scalar(type, 0);
    };
  }

  /** The value with all paddings known, which padding by hand needs. */
  private TfValue resolved(TfValue x) {
    if (window.same()) {
      boolean none = Arrays.stream(window.strides()).allMatch(s -> s == 1);
      boolean known = Shapes.isKnown(x.shape().subList(1, x.rank() - 1));
      if (!none && !known) {
        throw out.fail(
            "auto_pad is SAME_UPPER and its input is " + x,
            "expected known sizes. Give the inputs' shapes by the option inputShapes");
      }
    }
    return x;
  }

  private long[] begins() {
    return around(window.before());
  }

  private long[] ends() {
    return around(window.after());
  }

  private static long[] around(long[] spatial) {
    long[] all = new long[spatial.length + 2];
    System.arraycopy(spatial, 0, all, 1, spatial.length);
    return all;
  }

  private List<Dim> shape(TfValue x) {
    return ConvImporter.shape(x, window, x.shape().get(x.rank() - 1));
  }

  private static Map<String, Object> attributes(Window w) {
    Map<String, Object> attributes = new HashMap<>();
    attributes.put("ksize", Window.attribute(w.kernel()));
    attributes.put("strides", Window.attribute(w.strides()));
    return attributes;
  }

  /** Pools what is padded already. */
  private TfValue valid(TfValue x, String op, List<Dim> shape) {
    int count = window.kernel().length;
    if (count == 1) {
      Pooling flat = new Pooling(window.withLeadingOne(), new long[2], out);
      List<Dim> wide = new ArrayList<>(shape);
      wide.add(1, Dim.ONE);
      return out.squeeze(flat.valid(out.unsqueeze(x, 1), op, wide), 1);
    }
    Map<String, Object> attributes = attributes(window);
    attributes.put("padding", "VALID");
    if (count > 3) {
      throw out.fail("it has " + count + " spatial dimensions", "expected 1 to 3");
    }
    return out.node(count == 3 ? op + "3D" : op, attributes, shape, out.plain(x));
  }

  /** Combines what the elements of the kernel see, one after another. */
  private TfValue bySlices(TfValue x, String op, List<Dim> shape) {
    int count = window.kernel().length;
    int places = Arrays.stream(window.kernel()).reduce(1, Math::multiplyExact);
    if (places > 1024) {
      throw out.fail("its kernel has gaps and " + places + " elements", "expected at most 1024");
    }
    TfValue result = null;
    for (int k = 0; k < places; k++) {
      Map<Integer, long[]> part = new HashMap<>();
      int rest = k;
      for (int i = count - 1; i >= 0; i--) {
        long at = (long) (rest % window.kernel()[i]) * window.dilations()[i];
        rest /= window.kernel()[i];
        long left = window.reach(i) - 1 - at;
        part.put(i + 1, new long[] {at, left == 0 ? Long.MAX_VALUE : -left, window.strides()[i]});
      }
      TfValue seen = out.strided(x, part);
      seen = TfValue.of(out.output(seen), seen.type(), shape);
      result = result == null ? seen : out.binary(op, result, seen);
    }
    return result;
  }

  /** The sum over each window, what is padded counting as zeros. */
  TfValue sum(TfValue x) {
    TfValue padded = out.padZeros(resolved(x), begins(), ends());
    if (window.isDilated()) {
      return bySlices(padded, "AddV2", shape(x));
    }
    TfValue mean = valid(padded, "AvgPool", shape(x));
    double area = Arrays.stream(window.kernel()).asDoubleStream().reduce(1, (a, b) -> a * b);
    return out.binary("Mul", mean, out.scalarLike(mean, area));
  }

  /** The average over each window. */
  TfValue average(TfValue x, boolean countPadding) {
    boolean plain = !window.isDilated();
    if (plain && window.isValid()) {
      return valid(x, "AvgPool", shape(x));
    }
    if (plain && window.same() && !countPadding && window.kernel().length > 1) {
      Map<String, Object> attributes = attributes(window);
      attributes.put("padding", "SAME");
      String op = window.kernel().length == 3 ? "AvgPool3D" : "AvgPool";
      return out.node(op, attributes, shape(x), out.plain(x));
    }
    TfValue sum = sum(x);
    return out.binary("Mul", sum, shares(x, sum, countPadding));
  }

  /** One over how many elements count in each window, {@code [spatial..., 1]}. */
  private TfValue shares(TfValue x, TfValue sum, boolean countPadding) {
    int count = window.kernel().length;
    TfValue shares = null;
    for (int i = 0; i < count; i++) {
      Dim in = x.shape().get(i + 1);
      long[] broadcast = new long[count + 1];
      Arrays.fill(broadcast, 1);
      if (!in.isKnown() && !countsAlike(i, countPadding)) {
        throw out.fail(
            "its input is " + x + " and the windows at its border count fewer elements",
            "expected known sizes. Give the inputs' shapes by the option inputShapes");
      }
      long places = in.isKnown() ? window.size(i, in).value() : 1;
      broadcast[i] = places;
      int axis = i;
      Tensor share =
          Tensor.ofDoubles(
              sum.type(), broadcast, o -> 1.0 / elements(axis, o, in.orElse(0), countPadding));
      TfValue factor = out.constant(share);
      shares = shares == null ? factor : product(shares, factor);
    }
    return shares;
  }

  private boolean countsAlike(int i, boolean countPadding) {
    return extra[i] == 0
        && !window.same()
        && (countPadding || (window.before()[i] == 0 && window.after()[i] == 0));
  }

  private long elements(int i, int place, long in, boolean countPadding) {
    if (countsAlike(i, countPadding)) {
      return window.kernel()[i];
    }
    long low = countPadding ? 0 : window.before()[i];
    long high = window.before()[i] + in + (countPadding ? window.after()[i] - extra[i] : 0);
    long n = 0;
    for (int k = 0; k < window.kernel()[i]; k++) {
      long at = (long) place * window.strides()[i] + (long) k * window.dilations()[i];
      n += at >= low && at < high ? 1 : 0;
    }
    return Math.max(1, n);
  }

  private TfValue product(TfValue a, TfValue b) {
    Tensor x = a.constant();
    Tensor y = b.constant();
    long[] shape = new long[x.rank()];
    int[] strideX = x.strides();
    int[] strideY = y.strides();
    for (int i = 0; i < shape.length; i++) {
      shape[i] = Math.max(x.dim(i), y.dim(i));
      strideX[i] = x.dim(i) == 1 ? 0 : strideX[i];
      strideY[i] = y.dim(i) == 1 ? 0 : strideY[i];
    }
    Tensor wideX = x.gather(shape, strideX, 0);
    Tensor wideY = y.gather(shape, strideY, 0);
    return out.constant(
        Tensor.ofDoubles(x.type(), shape, i -> wideX.doubleAt(i) * wideY.doubleAt(i)));
  }
}
