package org.betavae.export.totf;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.betavae.export.onnx.Dim;

/** Slices whose bounds are known, as numpy counts them. */
final class Slicing {
  private Slicing() {}

  /** Elements of some axes from a start to an end by a step. */
  static TfValue strided(NodeEmitter out, TfValue v, Map<Integer, long[]> byAxis) {
    int rank = v.rank();
    int[] begin = new int[rank];
    int[] end = new int[rank];
    int[] step = new int[rank];
    long beginMask = 0;
    long endMask = 0;
    List<Dim> shape = new ArrayList<>();
    for (int i = 0; i < rank; i++) {
      long[] s = byAxis.getOrDefault(i, new long[] {0, Long.MAX_VALUE, 1});
      begin[i] = clamp(s[0]);
      end[i] = clamp(s[1]);
      step[i] = clamp(s[2]);
      // ONNX writes far-away numbers for "from the first" and "to the last".
      boolean openEnd = s[2] > 0 ? s[1] >= Integer.MAX_VALUE : s[1] <= Integer.MIN_VALUE + 1L;
      boolean openBegin = s[2] > 0 ? s[0] == 0 : s[0] >= Integer.MAX_VALUE;
      endMask |= openEnd ? 1L << i : 0;
      beginMask |= openBegin ? 1L << i : 0;
      shape.add(length(out, v.shape().get(i), s, openEnd));
    }
    return out.node(
        "StridedSlice",
        Map.of("begin_mask", beginMask, "end_mask", endMask),
        shape,
        v,
        out.ints(begin),
        out.ints(end),
        out.ints(step));
  }

  private static int clamp(long n) {
    return (int) Math.max(Integer.MIN_VALUE, Math.min(Integer.MAX_VALUE, n));
  }

  private static Dim length(NodeEmitter out, Dim size, long[] s, boolean openEnd) {
    if (size.isKnown()) {
      return Dim.of(length(size.value(), s[0], s[1], s[2]));
    }
    if (s[2] == 1 && s[0] >= 0 && openEnd) {
      return s[0] == 0 ? size : out.freshDim();
    }
    if (s[2] == 1 && s[0] < 0 && openEnd) {
      return out.freshDim();
    }
    return out.freshDim();
  }

  /** How many elements numpy's slice has. */
  static long length(long size, long start, long end, long step) {
    long from = start < 0 ? start + size : start;
    long to = end < 0 && end > Integer.MIN_VALUE + 1L ? end + size : end;
    if (step > 0) {
      from = Math.max(0, Math.min(from, size));
      to = Math.max(0, Math.min(to, size));
      return Math.max(0, (to - from + step - 1) / step);
    }
    from = Math.max(-1, Math.min(from, size - 1));
    to = Math.max(-1, Math.min(to, size - 1));
    return Math.max(0, (from - to - step - 1) / -step);
  }
}
