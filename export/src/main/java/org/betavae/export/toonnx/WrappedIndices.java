package org.betavae.export.toonnx;

import java.util.List;
import java.util.stream.IntStream;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.Dim;
import org.betavae.export.onnx.OnnxGraph;
import org.betavae.export.onnx.OnnxNode;
import org.betavae.export.onnx.OnnxValue;

/**
 * {@code Gather(x, i < 0 ? i + n : i)}, where n is the size of the axis, to {@code Gather(x, i)}:
 * ONNX counts negative indices from the end by itself.
 */
final class WrappedIndices implements Rewrite {
  @Override
  public boolean apply(OnnxGraph graph) {
    boolean changed = false;
    for (OnnxNode n : graph.nodes()) {
      OnnxValue plain =
          graph.has(n) && (n.is("Gather") || n.is("GatherElements")) ? plain(n) : null;
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
    int axis = (int) gather.integer("axis", 0);
    Dim wanted = shape.get(axis < 0 ? axis + shape.size() : axis);
    boolean same = less.input(0) == index && (add.input(0) == index || add.input(1) == index);
    return same && isAll(less.input(1), Dim.ZERO) && isAll(size, wanted) ? index : null;
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
