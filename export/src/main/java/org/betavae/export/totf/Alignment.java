package org.betavae.export.totf;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.betavae.export.onnx.Dim;

/**
 * Operands of an element-wise operation brought into one order of dimensions: that of the first
 * that stands in another order than the model's.
 *
 * @param values what to compute on
 * @param like how the result is ordered; null for the model's order
 */
record Alignment(List<TfValue> values, TfValue.Reordered like) {
  /** Aligns operands. */
  static Alignment of(LazyEmitter out, List<TfValue> in) {
    if (in.stream().anyMatch(v -> v.rank() < 0)) {
      return plain(out, in);
    }
    int rank = in.stream().mapToInt(TfValue::rank).max().orElse(0);
    TfValue first =
        in.stream().filter(v -> v.reordered() != null && v.rank() == rank).findFirst().orElse(null);
    if (first == null) {
      return plain(out, in);
    }
    return first.isTransposed()
        ? transposed(out, in, first.reordered(), rank)
        : shuffled(out, in, first.reordered());
  }

  private static Alignment plain(LazyEmitter out, List<TfValue> in) {
    return new Alignment(in.stream().map(out::plain).toList(), null);
  }

  private static Alignment transposed(
      LazyEmitter out, List<TfValue> in, TfValue.Reordered like, int rank) {
    int[] back = Shapes.inverse(like.perm());
    List<TfValue> values = new ArrayList<>();
    for (TfValue v : in) {
      if (v.isSingle()) {
        values.add(out.plain(v));
        continue;
      }
      List<Dim> full = new ArrayList<>(Collections.nCopies(rank - v.rank(), Dim.ONE));
      full.addAll(v.shape());
      TfValue turned = out.transpose(out.reshape(v, full), back);
      values.add(out.plain(turned.isConstant() ? withoutLeadingOnes(out, turned) : turned));
    }
    return new Alignment(values, like);
  }

  private static TfValue withoutLeadingOnes(LazyEmitter out, TfValue v) {
    int ones = 0;
    while (ones < v.rank() - 1 && v.shape().get(ones).is(1)) {
      ones++;
    }
    return out.reshape(v, v.shape().subList(ones, v.rank()));
  }

  private static Alignment shuffled(LazyEmitter out, List<TfValue> in, TfValue.Reordered like) {
    List<TfValue> values = new ArrayList<>();
    for (TfValue v : in) {
      if (v.isSingle() || v.rank() == 0) {
        values.add(out.plain(v));
      } else if (isLike(v, like)) {
        values.add(v.reordered().base());
      } else if (v.isConstant() && v.shape().get(v.rank() - 1).is(1)) {
        values.add(v);
      } else if (v.isConstant()) {
        values.add(shuffle(out, v, like));
      } else {
        return plain(out, in);
      }
    }
    return new Alignment(values, like);
  }

  private static boolean isLike(TfValue v, TfValue.Reordered like) {
    return v.isShuffled()
        && Arrays.equals(v.reordered().perm(), like.perm())
        && v.reordered().split().equals(like.split());
  }

  /** A constant whose last dimension is brought into the base's order. */
  static TfValue shuffle(LazyEmitter out, TfValue v, TfValue.Reordered like) {
    int lead = v.rank() - 1;
    List<Dim> apart = new ArrayList<>(v.shape().subList(0, lead));
    apart.addAll(Shapes.permuted(like.split(), like.perm()));
    int[] back = Shapes.range(apart.size());
    int[] inverse = Shapes.inverse(like.perm());
    for (int i = 0; i < inverse.length; i++) {
      back[lead + i] = lead + inverse[i];
    }
    return out.reshape(out.transpose(out.reshape(v, apart), back), v.shape());
  }
}
