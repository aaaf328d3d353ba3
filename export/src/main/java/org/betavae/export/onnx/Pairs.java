package org.betavae.export.onnx;

import java.util.Arrays;

/** Which elements of two broadcast tensors meet. */
final class Pairs {
  final long[] shape;
  final int[] left;
  final int[] right;

  private Pairs(long[] shape, int[] left, int[] right) {
    this.shape = shape;
    this.left = left;
    this.right = right;
  }

  /** The pairs; null if the shapes do not broadcast or the result grows too large. */
  static Pairs of(long[] a, long[] b) {
    int rank = Math.max(a.length, b.length);
    long[] shape = new long[rank];
    for (int i = 0; i < rank; i++) {
      long x = dim(a, i, rank);
      long y = dim(b, i, rank);
      if (x != y && x != 1 && y != 1) {
        return null;
      }
      shape[i] = x == 1 ? y : x;
    }
    long size = size(shape);
    if (size > Folding.LARGEST_GROWN && size > size(a) && size > size(b)) {
      return null;
    }
    return new Pairs(shape, index(a, shape), index(b, shape));
  }

  private static long dim(long[] shape, int i, int rank) {
    int at = i - rank + shape.length;
    return at < 0 ? 1 : shape[at];
  }

  private static long size(long[] shape) {
    return Arrays.stream(shape).reduce(1, Math::multiplyExact);
  }

  private static int[] index(long[] from, long[] shape) {
    int rank = shape.length;
    int[] stride = new int[rank];
    int s = 1;
    for (int i = rank - 1; i >= rank - from.length; i--) {
      long d = dim(from, i, rank);
      stride[i] = d == 1 ? 0 : s;
      s *= (int) d;
    }
    int[] out = new int[(int) size(shape)];
    int[] at = new int[rank];
    int place = 0;
    for (int i = 0; i < out.length; i++) {
      out[i] = place;
      for (int d = rank - 1; d >= 0; d--) {
        place += stride[d];
        if (++at[d] < shape[d]) {
          break;
        }
        place -= at[d] * stride[d];
        at[d] = 0;
      }
    }
    return out;
  }
}
