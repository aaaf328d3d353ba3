package org.betavae.export.toonnx;

import java.util.Arrays;

/**
 * Orders of dimensions, as Transpose takes them: dimension i of the result is dimension {@code
 * perm[i]} of the input.
 */
final class Perms {
  private Perms() {}

  /** NHWC to NCHW, for any number of dimensions from 2 on. */
  static int[] toChannelsFirst(int rank) {
    int[] perm = new int[rank];
    perm[1] = rank - 1;
    for (int i = 2; i < rank; i++) {
      perm[i] = i - 1;
    }
    return perm;
  }

  /** NCHW to NHWC. */
  static int[] toChannelsLast(int rank) {
    return inverse(toChannelsFirst(rank));
  }

  /** The order that undoes another. */
  static int[] inverse(int[] perm) {
    int[] out = new int[perm.length];
    for (int i = 0; i < perm.length; i++) {
      out[perm[i]] = i;
    }
    return out;
  }

  /** One order after another: {@code transpose(transpose(x, first), second)}. */
  static int[] then(int[] first, int[] second) {
    return Arrays.stream(second).map(i -> first[i]).toArray();
  }

  /** True if nothing moves. */
  static boolean isIdentity(int[] perm) {
    for (int i = 0; i < perm.length; i++) {
      if (perm[i] != i) {
        return false;
      }
    }
    return true;
  }

  /** From an attribute. */
  static int[] of(long[] perm) {
    return Arrays.stream(perm).mapToInt(Math::toIntExact).toArray();
  }

  /** For an attribute. */
  static long[] longs(int[] perm) {
    return Arrays.stream(perm).asLongStream().toArray();
  }
}
