package org.betavae.export.toonnx;

import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.Dim;
import org.betavae.export.onnx.OnnxGraph;
import org.betavae.export.onnx.OnnxNode;
import org.betavae.export.onnx.OnnxValue;

/**
 * {@code Gather(x, i < 0 ? i + n : i)}, where n is the size of the axis, to {@code Gather(x, i)},
 * and {@code ScatterND} and {@code GatherND} likewise: ONNX counts negative indices from the end by
 * itself.
 */
final class WrappedIndices implements Rewrite {
  private static final Set<String> OPS =
      Set.of("Gather", "GatherElements", "GatherND", "ScatterND");

  @Override
  public boolean apply(OnnxGraph graph) {
    boolean changed = false;
    for (OnnxNode n : graph.nodes()) {
      OnnxValue plain = graph.has(n) && OPS.contains(n.op()) ? plain(n) : null;
      if (plain != null) {
        OnnxNode where = n.input(1).producer();
        graph.setInput(n, 1, plain);
        graph.removeIfUnused(where);
        changed = true;
      }
    }
    return changed;
  }

  /** The indices before they were wrapped; null if they were not. */
  private static OnnxValue plain(OnnxNode gather) {
    OnnxNode where = producer(gather.input(1), "Where");
    OnnxNode less = where == null ? null : producer(where.input(0), "Less");
    OnnxNode add = where == null ? null : producer(where.input(1), "Add");
    List<Dim> shape = gather.input(0).shape();
    if (less == null || add == null || shape == null) {
      return null;
    }
    OnnxValue index = where.input(2);
    OnnxValue size = add.input(0) == index ? add.input(1) : add.input(0);
    boolean same = less.input(0) == index && (add.input(0) == index || add.input(1) == index);
    return same && isAll(less.input(1), Dim.ZERO) && isSizes(size, sizes(gather, index, shape))
        ? index
        : null;
  }

  /** The sizes that belong to the indices: of one axis, or of those that a last dimension names. */
  private static List<Dim> sizes(OnnxNode n, OnnxValue index, List<Dim> shape) {
    if (n.is("Gather") || n.is("GatherElements")) {
      int axis = (int) n.integer("axis", 0);
      return List.of(shape.get(axis < 0 ? axis + shape.size() : axis));
    }
    Dim depth = index.rank() < 1 ? null : index.shape().get(index.rank() - 1);
    int from = (int) n.integer("batch_dims", 0);
    boolean known = depth != null && depth.isKnown() && from + depth.value() <= shape.size();
    return known ? shape.subList(from, from + (int) depth.value()) : null;
  }

  private static boolean isSizes(OnnxValue v, List<Dim> sizes) {
    if (sizes == null) {
      return false;
    }
    return sizes.stream().distinct().count() == 1
        ? isAll(v, sizes.get(0))
        : sizes.equals(v.elements());
  }

  private static OnnxNode producer(OnnxValue v, String op) {
    return v != null && v.producer() != null && v.producer().is(op) ? v.producer() : null;
  }

  private static boolean isAll(OnnxValue v, Dim number) {
    if (v.isConstant()) {
      Tensor t = v.constant();
      return IntStream.range(0, t.size()).allMatch(i -> number.is(t.longAt(i)));
    }
    return v.elements() != null && v.elements().stream().allMatch(number::equals);
  }
}
