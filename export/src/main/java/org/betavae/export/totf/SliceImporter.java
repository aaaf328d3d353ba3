package org.betavae.export.totf;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.Dim;

/** ONNX {@code Slice}, whose bounds may be computed at run time. */
final class SliceImporter implements OpImporter {
  @Override
  public Set<String> onnxOps() {
    return Set.of("Slice");
  }

  @Override
  public void convert(OnnxOp n, TfEmitter out) {
    TfValue x = out.in(0);
    int rank = out.rank(x);
    long[] starts = numbers(n, out, "starts", 1);
    long[] ends = numbers(n, out, "ends", 2);
    boolean axesGiven = n.has("axes") || out.has(3);
    boolean stepsGiven = out.has(4);
    long[] axes = axesGiven ? numbers(n, out, "axes", 3) : null;
    long[] steps = stepsGiven ? numbers(n, out, "steps", 4) : null;
    boolean known =
        starts != null
            && ends != null
            && (!axesGiven || axes != null)
            && (!stepsGiven || steps != null);
    if (!known) {
      out.out(computed(out, x, axesGiven ? axes : null, axesGiven, stepsGiven));
      return;
    }
    Map<Integer, long[]> byAxis = new HashMap<>();
    for (int i = 0; i < starts.length; i++) {
      long step = steps == null ? 1 : steps[i];
      if (step == 0) {
        throw out.fail("a step is 0", "expected another number");
      }
      byAxis.put(out.axis(axes == null ? i : axes[i], rank), new long[] {starts[i], ends[i], step});
    }
    out.out(out.strided(x, byAxis));
  }

  private static long[] numbers(OnnxOp n, TfEmitter out, String attribute, int i) {
    if (n.has(attribute)) {
      return n.integers(attribute);
    }
    TfValue v = out.optional(i);
    if (v == null) {
      return null;
    }
    return v.isConstant() ? v.constant().toLongs() : Shapes.known(v.elements());
  }

  /** Bounds of all axes, put together at run time. */
  private static TfValue computed(
      TfEmitter out, TfValue x, long[] axes, boolean axesGiven, boolean stepsGiven) {
    int rank = out.rank(x);
    TfValue starts = out.cast(out.in(1), ElementType.INT64);
    TfValue ends = out.cast(out.in(2), ElementType.INT64);
    TfValue at = axesGiven ? out.cast(out.in(3), ElementType.INT64) : null;
    if (at == null) {
      TfValue count = Indices.size(out, starts, 0);
      at = Indices.counted(out, count, out.dim(starts, 0), 0, 1);
    }
    TfValue where = Indices.wrapped(out, at, out.scalar(ElementType.INT64, rank));
    TfValue places =
        out.node("Reshape", Map.of(), List.of(out.dim(starts, 0), Dim.ONE), where, out.ints(-1, 1));
    TfValue begin = spread(out, 0, rank, places, starts);
    TfValue end = spread(out, Long.MAX_VALUE, rank, places, ends);
    TfValue step =
        stepsGiven
            ? spread(out, 1, rank, places, out.cast(out.in(4), ElementType.INT64))
            : constant(out, 1, rank);
    List<Dim> shape = new ArrayList<>();
    for (int i = 0; i < rank; i++) {
      boolean cut = axes == null && axesGiven;
      for (int k = 0; axes != null && k < axes.length; k++) {
        cut |= out.axis(axes[k], rank) == i;
      }
      boolean counted = out.dim(starts, 0).isKnown();
      cut |= !axesGiven && (!counted || i < out.dim(starts, 0).value());
      shape.add(cut ? out.freshDim() : x.shape().get(i));
    }
    return out.node(
        "StridedSlice",
        Map.of(),
        shape,
        x,
        narrow(begin, out),
        narrow(end, out),
        narrow(step, out));
  }

  /**
   * As int32, which TensorFlow's gradient of StridedSlice asks for; far-away bounds come nearer.
   */
  private static TfValue narrow(TfValue v, TfEmitter out) {
    TfValue most = out.scalar(ElementType.INT64, Integer.MAX_VALUE);
    TfValue least = out.scalar(ElementType.INT64, -Integer.MAX_VALUE);
    TfValue near = out.binary("Maximum", out.binary("Minimum", v, most), least);
    return out.plain(out.cast(near, ElementType.INT32));
  }

  private static TfValue constant(TfEmitter out, long value, int rank) {
    return out.constant(Tensor.ofLongs(ElementType.INT64, new long[] {rank}, i -> value));
  }

  private static TfValue spread(
      TfEmitter out, long otherwise, int rank, TfValue places, TfValue values) {
    return out.node(
        "TensorScatterUpdate",
        Map.of(),
        Shapes.dims(rank),
        constant(out, otherwise, rank),
        places,
        values);
  }
}
