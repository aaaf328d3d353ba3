package org.betavae.export.totf;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.Dim;
import org.betavae.export.onnx.Facts;
import org.betavae.export.tf.TfGraphBuilder;

/**
 * Operations that do not mind the order of dimensions: where their operands stand in another order
 * in the graph, they are computed in that order, and so is what reads them. Transpositions are
 * added only where something needs the order that the model says.
 */
abstract class LazyEmitter extends NodeEmitter {
  LazyEmitter(TfGraphBuilder graph, NodeEmitter outer, Facts facts) {
    super(graph, outer, facts);
  }

  /** The value with dimension i of the result being dimension {@code perm[i]}. */
  TfValue transpose(TfValue v, int... perm) {
    if (Shapes.isIdentity(perm)) {
      return v;
    }
    if (v.weight() != null) {
      return TfValue.of(v.weight().transposed(perm));
    }
    if (v.isConstant()) {
      return constant(v.constant().transpose(perm));
    }
    return v.isTransposed()
        ? lazy(v.reordered().base(), Shapes.compose(v.reordered().perm(), perm))
        : lazy(plain(v), perm);
  }

  private TfValue lazy(TfValue base, int[] perm) {
    if (Shapes.isIdentity(perm)) {
      return base;
    }
    List<Dim> shape = Shapes.permuted(base.shape(), perm);
    if (shape != null
        && Shapes.movesOnlyOnes(base.shape(), perm)
        && shape.stream().filter(d -> !d.isKnown()).count() <= 1) {
      return plainReshape(base, shape);
    }
    return TfValue.of(new TfValue.Reordered(base, perm, null), shape);
  }

  /** The value in its own order in the graph, for operations that need it so. */
  TfValue plain(TfValue v) {
    return v.reordered() == null && v.pending() == null
        ? v
        : TfValue.of(output(v), v.type(), v.shape());
  }

  /** An operation on each element alone. */
  TfValue unary(String op, TfValue v) {
    return unary(op, Map.of(), v);
  }

  /** An operation on each element alone. */
  TfValue unary(String op, Map<String, ?> attributes, TfValue v) {
    if (v.reordered() == null) {
      return node(op, attributes, v.shape(), plain(v));
    }
    TfValue.Reordered r = v.reordered();
    TfValue base = unary(op, attributes, r.base());
    return TfValue.of(new TfValue.Reordered(base, r.perm(), r.split()), v.shape());
  }

  /** An operation on pairs of elements, with numpy's broadcasting. */
  TfValue binary(String op, TfValue a, TfValue b) {
    return broadcasting(op, Map.of(), a, b);
  }

  /** An operation on corresponding elements, with numpy's broadcasting. */
  TfValue broadcasting(String op, Map<String, ?> attributes, TfValue... in) {
    Alignment all = Alignment.of(this, List.of(in));
    List<Dim> shape = List.of();
    for (TfValue v : all.values()) {
      shape = broadcast(shape, v.shape());
    }
    TfValue result = node(op, attributes, shape, all.values().toArray(TfValue[]::new));
    return all.like() == null ? result : reordered(result, all.like());
  }

  /** A result computed in the order of another value's base. */
  private TfValue reordered(TfValue result, TfValue.Reordered like) {
    if (like.split() == null) {
      return lazy(result, like.perm());
    }
    return TfValue.of(new TfValue.Reordered(result, like.perm(), like.split()), result.shape());
  }

  /** Shape of operands of two shapes under numpy's rule; null if a rank is not known. */
  List<Dim> broadcast(List<Dim> a, List<Dim> b) {
    if (a == null || b == null) {
      return null;
    }
    int rank = Math.max(a.size(), b.size());
    List<Dim> out = new ArrayList<>();
    for (int i = 0; i < rank; i++) {
      Dim x = i < rank - a.size() ? Dim.ONE : a.get(i - rank + a.size());
      Dim y = i < rank - b.size() ? Dim.ONE : b.get(i - rank + b.size());
      if (x.equals(y) || y.is(1)) {
        out.add(x);
      } else if (x.is(1)) {
        out.add(y);
      } else if (x.isKnown() && y.isKnown()) {
        throw fail("shapes are " + a + " and " + b, "expected dimensions that are equal or 1");
      } else {
        out.add(x.isKnown() ? x : y.isKnown() ? y : freshDim());
      }
    }
    return out;
  }

  /** Several values one after another along an axis counted from the front. */
  TfValue concat(int axis, List<TfValue> parts) {
    if (parts.size() == 1) {
      return parts.get(0);
    }
    int[] perm =
        parts.stream()
            .filter(TfValue::isTransposed)
            .map(v -> v.reordered().perm())
            .findFirst()
            .orElse(null);
    List<TfValue> in = new ArrayList<>();
    for (TfValue v : parts) {
      in.add(perm == null ? v : transpose(v, Shapes.inverse(perm)));
    }
    int at = perm == null ? axis : perm[axis];
    List<Dim> shape = null;
    for (TfValue v : in) {
      shape =
          v.shape() == null
              ? shape
              : shape == null
                  ? v.shape()
                  : Shapes.with(shape, at, shape.get(at).plus(v.shape().get(at)));
    }
    shape = in.stream().anyMatch(v -> v.shape() == null) ? null : shape;
    in.add(integer(at));
    TfValue result = node("ConcatV2", Map.of(), shape, in.toArray(TfValue[]::new));
    return perm == null ? result : lazy(result, perm);
  }

  /** A reduction that does not mind the order of elements, such as Sum, Mean, Max, Prod, All. */
  TfValue reduce(String op, TfValue v, boolean keep, int... axes) {
    if (v.isShuffled() || v.pending() != null) {
      return reduce(op, plain(v), keep, axes);
    }
    int[] perm = v.isTransposed() ? v.reordered().perm() : Shapes.range(Math.max(0, v.rank()));
    TfValue base = v.isTransposed() ? v.reordered().base() : v;
    Set<Integer> gone = new HashSet<>();
    for (int a : axes) {
      gone.add(v.isTransposed() ? perm[a] : a);
    }
    List<Dim> shape = base.shape() == null ? null : new ArrayList<>();
    for (int i = 0; shape != null && i < base.rank(); i++) {
      if (!gone.contains(i)) {
        shape.add(base.shape().get(i));
      } else if (keep) {
        shape.add(Dim.ONE);
      }
    }
    int[] at = gone.stream().mapToInt(Integer::intValue).sorted().toArray();
    TfValue result = node(op, Map.of("keep_dims", keep), shape, base, ints(at));
    return v.isTransposed() ? lazy(result, keep ? perm : without(perm, gone)) : result;
  }

  /** An order of dimensions once some dimensions of the base are gone. */
  private static int[] without(int[] perm, Set<Integer> gone) {
    List<Integer> left = Arrays.stream(perm).boxed().filter(p -> !gone.contains(p)).toList();
    return left.stream().mapToInt(p -> (int) left.stream().filter(q -> q < p).count()).toArray();
  }

  /** The value with constant borders: how much before and after each dimension, none negative. */
  TfValue pad(TfValue v, long[] before, long[] after, TfValue filling) {
    Map<String, Object> none = Map.of();
    return padded(
        v, before, after, (base, p, shape) -> node("PadV2", none, shape, base, p, filling));
  }

  /** The value with zeros around it. */
  TfValue padZeros(TfValue v, long[] before, long[] after) {
    return padded(v, before, after, (base, p, shape) -> node("Pad", Map.of(), shape, base, p));
  }

  /** The value with borders that mirror it: REFLECT, or SYMMETRIC with the edge repeated. */
  TfValue padMirrored(TfValue v, long[] before, long[] after, String mode) {
    return padded(
        v,
        before,
        after,
        (base, p, shape) -> node("MirrorPad", Map.of("mode", mode), shape, base, p));
  }

  /** Adds the padding node. */
  private interface Padding {
    TfValue add(TfValue base, TfValue paddings, List<Dim> shape);
  }

  private TfValue padded(TfValue v, long[] before, long[] after, Padding node) {
    if (Arrays.stream(before).allMatch(p -> p == 0) && Arrays.stream(after).allMatch(p -> p == 0)) {
      return v;
    }
    if (v.isTransposed()) {
      TfValue.Reordered r = v.reordered();
      int[] back = Shapes.inverse(r.perm());
      long[] b = Arrays.stream(back).mapToLong(i -> before[i]).toArray();
      long[] a = Arrays.stream(back).mapToLong(i -> after[i]).toArray();
      return lazy(padded(r.base(), b, a, node), r.perm());
    }
    int rank = before.length;
    List<Dim> shape = v.shape() == null ? null : new ArrayList<>();
    for (int i = 0; shape != null && i < rank; i++) {
      shape.add(v.shape().get(i).plus(before[i] + after[i]));
    }
    Tensor pads =
        Tensor.ofLongs(
            ElementType.INT32,
            new long[] {rank, 2},
            i -> i % 2 == 0 ? before[i / 2] : after[i / 2]);
    return node.add(v, constant(pads), shape);
  }

  /** Elements from start to end of some axes, with a step; all numbers known, counted as numpy. */
  TfValue strided(TfValue v, Map<Integer, long[]> startEndStepByAxis) {
    if (v.isTransposed()) {
      TfValue.Reordered r = v.reordered();
      Map<Integer, long[]> moved = new HashMap<>();
      startEndStepByAxis.forEach((axis, s) -> moved.put(r.perm()[axis], s));
      return lazy(strided(r.base(), moved), r.perm());
    }
    return Slicing.strided(this, v, startEndStepByAxis);
  }

  /** One axis from start to end; a negative end counts from the end. */
  TfValue slice(TfValue v, int axis, long start, long end) {
    return strided(v, Map.of(axis, new long[] {start, end, 1}));
  }

  /** The value under another shape, of which one dimension may follow from the others. */
  TfValue reshape(TfValue v, List<Dim> shape) {
    if (v.shape() != null && v.shape().equals(shape)) {
      return v;
    }
    long[] known = Shapes.known(shape);
    if (known != null && v.weight() != null) {
      return TfValue.of(v.weight().reshaped(known));
    }
    if (known != null && v.isConstant()) {
      return constant(v.constant().reshape(known));
    }
    if (v.pending() != null) {
      return reshape(v.pending(), shape);
    }
    if (v.reordered() == null) {
      return isGrouping(v, shape) ? TfValue.pending(v, shape) : plainReshape(v, shape);
    }
    TfValue kept = Regrouping.reshape(this, v, shape);
    return kept != null ? kept : TfValue.pending(v, shape);
  }

  /** Images whose channels may be about to be normalised in groups, as PyTorch writes it. */
  private static boolean isGrouping(TfValue v, List<Dim> shape) {
    return v.rank() >= 4 && shape.size() == 3 && v.shape().get(0).equals(shape.get(0));
  }

  /** The value under a known shape. */
  TfValue reshape(TfValue v, long... shape) {
    return reshape(v, Shapes.dims(shape));
  }

  /** The value with dimensions of 1 added at axes of the result, in rising order. */
  TfValue unsqueeze(TfValue v, int... axes) {
    List<Dim> shape = new ArrayList<>(v.shape());
    for (int a : axes) {
      shape.add(a, Dim.ONE);
    }
    return reshape(v, shape);
  }

  /** A value that stands in another order; identity orders give the base itself. */
  TfValue inOrder(TfValue base, int... perm) {
    return transpose(base, perm);
  }
}
