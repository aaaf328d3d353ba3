package org.betavae.export.totf;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.Dim;

/** Lists of dimensions. */
final class Shapes {
  private static final int MOST_DIMENSIONS = 64;

  private Shapes() {}

  /** Dimensions from numbers. */
  static List<Dim> dims(long... values) {
    return Arrays.stream(values).mapToObj(Dim::of).toList();
  }

  /** True for an integer tensor small enough to be a shape. */
  static boolean mayBeShape(Tensor t) {
    return t.type().isInteger() && t.size() <= MOST_DIMENSIONS;
  }

  /** True if every dimension is known. */
  static boolean isKnown(List<Dim> shape) {
    return shape != null && shape.stream().allMatch(Dim::isKnown);
  }

  /** Dimensions as numbers; null if one is not known. */
  static long[] known(List<Dim> shape) {
    return isKnown(shape) ? shape.stream().mapToLong(Dim::value).toArray() : null;
  }

  /** Dimensions as numbers, -1 for those not known. */
  static long[] orMinusOne(List<Dim> shape) {
    return shape.stream().mapToLong(d -> d.orElse(-1)).toArray();
  }

  /** Dimension i of the result is dimension {@code perm[i]}; null stays. */
  static List<Dim> permuted(List<Dim> shape, int[] perm) {
    return shape == null ? null : Arrays.stream(perm).mapToObj(shape::get).toList();
  }

  /** The order that undoes another. */
  static int[] inverse(int[] perm) {
    int[] out = new int[perm.length];
    for (int i = 0; i < perm.length; i++) {
      out[perm[i]] = i;
    }
    return out;
  }

  /** The order of applying {@code first} and then {@code then}. */
  static int[] compose(int[] first, int[] then) {
    return Arrays.stream(then).map(i -> first[i]).toArray();
  }

  /** True if every dimension stays where it is. */
  static boolean isIdentity(int[] perm) {
    for (int i = 0; i < perm.length; i++) {
      if (perm[i] != i) {
        return false;
      }
    }
    return true;
  }

  /** Whether an order moves nothing but dimensions of 1. */
  static boolean movesOnlyOnes(List<Dim> shape, int[] perm) {
    int last = -1;
    for (int p : perm) {
      if (!shape.get(p).is(1)) {
        if (p < last) {
          return false;
        }
        last = p;
      }
    }
    return true;
  }

  /** [N, C, spatial...] to [N, spatial..., C]. */
  static int[] toChannelsLast(int rank) {
    int[] perm = new int[rank];
    for (int i = 1; i < rank - 1; i++) {
      perm[i] = i + 1;
    }
    perm[rank - 1] = 1;
    return perm;
  }

  /** [N, spatial..., C] to [N, C, spatial...]. */
  static int[] toChannelsFirst(int rank) {
    return inverse(toChannelsLast(rank));
  }

  /** A list with one dimension changed. */
  static List<Dim> with(List<Dim> shape, int axis, Dim value) {
    if (shape == null) {
      return null;
    }
    List<Dim> out = new ArrayList<>(shape);
    out.set(axis, value);
    return out;
  }

  /** Whole numbers from 0. */
  static int[] range(int n) {
    int[] out = new int[n];
    Arrays.setAll(out, i -> i);
    return out;
  }
}
