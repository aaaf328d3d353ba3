package org.betavae.export.totf;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.betavae.export.onnx.Dim;

/**
 * How a kernel moves over the spatial dimensions of {@code [N, C, spatial...]}: ONNX's attributes
 * of convolutions and pooling with paddings worked out.
 *
 * @param kernel sizes
 * @param strides steps
 * @param dilations distances between the kernel's elements
 * @param before padding at the start of each dimension
 * @param after padding at the end
 * @param same true where paddings follow from the size as in TensorFlow's SAME
 */
@SuppressWarnings("ArrayRecordComponent") // never compared; the arrays are read in loops
record Window(
    int[] kernel, int[] strides, int[] dilations, long[] before, long[] after, boolean same) {
  /** More than any image is large; further on TensorFlow's int32 would overflow. */
  private static final long MOST_PADDING = 1 << 24;

  /** The window of a node over an input {@code [N, C, spatial...]}. */
  static Window of(OnnxOp n, TfValue x, int[] kernel, TfEmitter out) {
    int count = kernel.length;
    if (out.rank(x) != count + 2) {
      throw out.fail(
          "its input is " + x + " and its kernel " + Arrays.toString(kernel),
          "expected two dimensions more than the kernel has");
    }
    int[] strides = ints(n.integers("strides", count, 1));
    int[] dilations = ints(n.integers("dilations", count, 1));
    if (strides.length != count || dilations.length != count) {
      throw out.fail(
          "it has " + strides.length + " strides and " + dilations.length + " dilations",
          "expected " + count);
    }
    for (int i = 0; i < count; i++) {
      if (strides[i] < 1 || dilations[i] < 1 || kernel[i] < 1) {
        throw out.fail(
            "kernel, strides and dilations are "
                + Arrays.toString(kernel)
                + Arrays.toString(strides)
                + Arrays.toString(dilations),
            "expected numbers of 1 and more");
      }
    }
    String auto = n.text("auto_pad", "NOTSET");
    long[] pads = n.integers("pads", 2 * count, 0);
    if (pads.length != 2 * count) {
      throw out.fail("it has " + pads.length + " pads", "expected " + 2 * count);
    }
    for (long pad : pads) {
      if (Math.abs(pad) > MOST_PADDING) {
        throw out.fail("a pad is " + pad, "expected at most " + MOST_PADDING);
      }
    }
    long[] before = auto.equals("NOTSET") ? Arrays.copyOf(pads, count) : new long[count];
    long[] after =
        auto.equals("NOTSET") ? Arrays.copyOfRange(pads, count, 2 * count) : new long[count];
    Window w = new Window(kernel, strides, dilations, before, after, auto.equals("SAME_UPPER"));
    return auto.startsWith("SAME") ? w.resolved(x, auto.equals("SAME_UPPER"), out) : w;
  }

  private static int[] ints(long[] values) {
    return Arrays.stream(values).mapToInt(Math::toIntExact).toArray();
  }

  /** Paddings in numbers, where the sizes are known or every step is 1. */
  private Window resolved(TfValue x, boolean upper, TfEmitter out) {
    for (int i = 0; i < kernel.length; i++) {
      Dim size = x.shape().get(i + 2);
      if (!size.isKnown() && strides[i] != 1) {
        if (upper) {
          return this;
        }
        throw out.fail(
            "auto_pad is SAME_LOWER and dimension " + (i + 2) + " of its input is " + size,
            "expected a number. Give the inputs' shapes by the option inputShapes");
      }
      long in = size.orElse(1);
      long steps = (in + strides[i] - 1) / strides[i];
      long total = Math.max(0, (steps - 1) * strides[i] + reach(i) - in);
      before[i] = upper ? total / 2 : total - total / 2;
      after[i] = total - before[i];
    }
    return this;
  }

  /** How many elements from the first to the last that the kernel touches. */
  int reach(int i) {
    return Math.multiplyExact(kernel[i] - 1, dilations[i]) + 1;
  }

  /** True if nothing is padded. */
  boolean isValid() {
    return !same
        && Arrays.stream(before).allMatch(p -> p == 0)
        && Arrays.stream(after).allMatch(p -> p == 0);
  }

  /**
   * True if the paddings are those that TensorFlow's SAME works out for {@code [N, spatial..., C]}.
   */
  boolean isTfSame(TfValue x) {
    boolean equal = true;
    for (int i = 0; i < kernel.length && !same; i++) {
      Dim size = x.shape().get(i + 1);
      long in = size.orElse(1);
      long total =
          Math.max(0, ((in + strides[i] - 1) / strides[i] - 1) * strides[i] + reach(i) - in);
      equal &= size.isKnown() || strides[i] == 1;
      equal &= before[i] == total / 2 && after[i] == total - total / 2;
    }
    return equal;
  }

  /** True if the kernel has gaps. */
  boolean isDilated() {
    return Arrays.stream(dilations).anyMatch(d -> d > 1);
  }

  /** The same with another number of elements after each dimension. */
  Window withAfter(long[] value) {
    return new Window(kernel, strides, dilations, before, value, false);
  }

  /** Size of a result. */
  Dim size(int i, Dim in) {
    if (same) {
      return in.ceilOver(strides[i]);
    }
    return in.plus(before[i] + after[i] - reach(i)).floorOver(Dim.of(strides[i])).plus(1);
  }

  /** {@code [N, sizes of the result..., channels]}. */
  List<Dim> channelsLast(TfValue x, Dim channels) {
    List<Dim> shape = new ArrayList<>();
    shape.add(x.shape().get(0));
    for (int i = 0; i < kernel.length; i++) {
      shape.add(size(i, x.shape().get(i + 2)));
    }
    shape.add(channels);
    return shape;
  }

  /** A window of one dimension more in front, of size 1. */
  Window withLeadingOne() {
    return new Window(
        prepend(1, kernel),
        prepend(1, strides),
        prepend(1, dilations),
        Arrays.stream(prepend(0, ints(before))).asLongStream().toArray(),
        Arrays.stream(prepend(0, ints(after))).asLongStream().toArray(),
        same);
  }

  private static int[] prepend(int first, int[] rest) {
    int[] out = new int[rest.length + 1];
    out[0] = first;
    System.arraycopy(rest, 0, out, 1, rest.length);
    return out;
  }

  /** Numbers of the spatial dimensions as TensorFlow's attributes want them. */
  static long[] attribute(int[] spatial) {
    long[] out = new long[spatial.length + 2];
    Arrays.fill(out, 1);
    for (int i = 0; i < spatial.length; i++) {
      out[i + 1] = spatial[i];
    }
    return out;
  }

  /** Paddings as TensorFlow's {@code explicit_paddings}. */
  long[] explicitPaddings() {
    long[] out = new long[2 * kernel.length + 4];
    for (int i = 0; i < kernel.length; i++) {
      out[2 * i + 2] = before[i];
      out[2 * i + 3] = after[i];
    }
    return out;
  }
}
