package org.betavae.export.toonnx;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.betavae.export.onnx.OnnxValue;
import org.betavae.export.tf.TfNode;

/**
 * TF {@code StridedSlice(x, begin, end, strides)}, Python's {@code x[a:b:c, ..., None, i]} with
 * five masks, to ONNX {@code Slice}, then {@code Gather} for single indices and {@code Unsqueeze}
 * for new axes.
 */
final class StridedSliceConverter implements OpConverter {
  @Override
  public Set<String> tfOps() {
    return Set.of("StridedSlice");
  }

  /** What the masks say, entry by entry, over the dimensions of the input. */
  private static final class Plan {
    final List<Long> axes = new ArrayList<>();
    final List<OnnxValue> starts = new ArrayList<>();
    final List<OnnxValue> ends = new ArrayList<>();
    final List<OnnxValue> steps = new ArrayList<>();
    final List<Integer> pickedAxes = new ArrayList<>();
    final List<OnnxValue> picked = new ArrayList<>();
    final List<Long> newAxes = new ArrayList<>();
  }

  @Override
  public String notCovered(String tfOp) {
    return "strides computed at run time beside a mask of begin or end";
  }

  @Override
  public void convert(TfNode n, Emitter out) {
    OnnxValue x = out.in(0);
    Plan plan = plan(n, out, out.rank(x));
    OnnxValue y = x;
    if (!plan.axes.isEmpty()) {
      y =
          out.emit(
              "Slice",
              y,
              out.concat(0, plan.starts),
              out.concat(0, plan.ends),
              out.longs(plan.axes.stream().mapToLong(a -> a).toArray()),
              out.concat(0, plan.steps));
    }
    for (int k = plan.picked.size() - 1; k >= 0; k--) {
      y = pick(y, plan.pickedAxes.get(k), plan.picked.get(k), out);
    }
    out.out(out.unsqueeze(y, plan.newAxes.stream().mapToLong(a -> a).toArray()));
  }

  /** One index of an axis, which goes away. */
  private static OnnxValue pick(OnnxValue x, int axis, OnnxValue index, Emitter out) {
    return out.emit("Gather", java.util.Map.of("axis", (long) axis), x, out.squeeze(index, 0));
  }

  private static Plan plan(TfNode n, Emitter out, int rank) {
    OnnxValue begin = out.int64(out.in(1));
    OnnxValue end = out.int64(out.in(2));
    OnnxValue strides = out.int64(out.in(3));
    int entries = (int) out.dim(begin, 0).orElse(-1);
    if (entries < 0) {
      throw out.fail("the number of its indices is not known", "expected a known number");
    }
    Plan plan = new Plan();
    int axis = 0;
    int result = 0;
    boolean skipped = false;
    for (int i = 0; i < entries; i++) {
      long bit = 1L << i;
      if ((n.integer("ellipsis_mask", 0) & bit) != 0 && !skipped) {
        int behind = usedBehind(n, i + 1, entries);
        result += Math.max(0, rank - behind - axis);
        axis = Math.max(axis, rank - behind);
        skipped = true;
      } else if ((n.integer("new_axis_mask", 0) & bit) != 0) {
        plan.newAxes.add((long) result++);
      } else if ((n.integer("shrink_axis_mask", 0) & bit) != 0) {
        plan.pickedAxes.add(axis++);
        plan.picked.add(entry(begin, i, out));
      } else {
        addRange(n, out, plan, axis++, i, begin, end, strides);
        result++;
      }
    }
    if (axis > rank) {
      throw out.fail("it indexes " + axis + " dimensions", "expected at most the input's " + rank);
    }
    return plan;
  }

  /** Dimensions of the input that the entries after an ellipsis take. */
  private static int usedBehind(TfNode n, int from, int entries) {
    int used = 0;
    for (int i = from; i < entries; i++) {
      used += (n.integer("new_axis_mask", 0) & 1L << i) == 0 ? 1 : 0;
    }
    return used;
  }

  private static void addRange(
      TfNode n,
      Emitter out,
      Plan plan,
      int axis,
      int i,
      OnnxValue begin,
      OnnxValue end,
      OnnxValue strides) {
    boolean fromStart = (n.integer("begin_mask", 0) & 1L << i) != 0;
    boolean toEnd = (n.integer("end_mask", 0) & 1L << i) != 0;
    OnnxValue step = entry(strides, i, out);
    if (!step.isConstant() && !fromStart && !toEnd) {
      plan.axes.add((long) axis);
      plan.steps.add(step);
      plan.starts.add(entry(begin, i, out));
      plan.ends.add(entry(end, i, out));
      return;
    }
    if (!step.isConstant()) {
      throw out.fail(
          "its strides are computed at run time beside a mask", "expected constants, or no mask");
    }
    boolean forward = step.constant().longAt(0) > 0;
    if (fromStart && toEnd && step.constant().longAt(0) == 1) {
      return;
    }
    plan.axes.add((long) axis);
    plan.steps.add(step);
    plan.starts.add(fromStart ? out.longs(forward ? 0 : Long.MAX_VALUE) : entry(begin, i, out));
    plan.ends.add(
        toEnd ? out.longs(forward ? Long.MAX_VALUE : Long.MIN_VALUE) : entry(end, i, out));
  }

  private static OnnxValue entry(OnnxValue vector, int i, Emitter out) {
    return out.slice(vector, 0, i, i + 1);
  }
}
