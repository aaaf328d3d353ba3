package org.betavae.export.onnx;

import static org.betavae.export.onnx.Inference.axis;
import static org.betavae.export.onnx.Inference.fail;
import static org.betavae.export.onnx.Inference.requireCount;
import static org.betavae.export.onnx.Inference.requireEqual;
import static org.betavae.export.onnx.Inference.set;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.betavae.export.ElementType;
import org.betavae.export.onnx.Inference.Rule;

/** Operators that join, cut, pick, repeat or pad. */
final class IndexRules {
  private IndexRules() {}

  static void register(Map<String, Rule> rules) {
    rules.put("Concat", IndexRules::concat);
    rules.put("Split", IndexRules::split);
    rules.put("Slice", IndexRules::slice);
    rules.put("Gather", IndexRules::gather);
    rules.put("GatherND", IndexRules::gatherNd);
    rules.put("GatherElements", (n, g) -> set(n, n.input(0).type(), n.input(1).shape()));
    rules.put("ReverseSequence", (n, g) -> set(n, n.input(0).type(), n.input(0).shape()));
    rules.put("Unique", IndexRules::unique);
    rules.put("Tile", IndexRules::tile);
    rules.put("Pad", IndexRules::pad);
    rules.put("OneHot", IndexRules::oneHot);
    rules.put("DepthToSpace", (n, g) -> blocks(n, true));
    rules.put("SpaceToDepth", (n, g) -> blocks(n, false));
    rules.put(
        "NonZero",
        (n, g) ->
            set(
                n,
                ElementType.INT64,
                n.input(0).rank() < 0 ? null : List.of(Dim.of(n.input(0).rank()), g.freshDim())));
  }

  private static void concat(OnnxNode n, OnnxGraph g) {
    List<Dim> out = null;
    for (OnnxValue v : n.inputs()) {
      if (v.shape() == null) {
        set(n, v.type(), null);
        return;
      }
      int axis = axis(n, n.integer("axis", 0), v.rank());
      if (out == null) {
        out = new ArrayList<>(v.shape());
        continue;
      }
      if (v.rank() != out.size()) {
        throw fail(
            n,
            "an input has the shape " + v.shape() + " beside " + out,
            "expected as many dimensions");
      }
      for (int i = 0; i < out.size(); i++) {
        Dim d = v.shape().get(i);
        if (i == axis) {
          out.set(i, out.get(i).plus(d));
        } else {
          requireEqual(n, "dimensions " + i, out.get(i), d);
          out.set(i, out.get(i).isKnown() ? out.get(i) : d.isKnown() ? d : out.get(i));
        }
      }
    }
    set(n, n.input(0).type(), out);
  }

  private static void split(OnnxNode n, OnnxGraph g) {
    OnnxValue in = n.input(0);
    OnnxValue sizes = n.input(1);
    int parts = n.outputs().size();
    List<Dim> given = sizes == null ? null : sizes.elements();
    if (given != null) {
      requireCount(n, "the list of sizes", given.size(), parts);
    }
    for (int k = 0; k < parts; k++) {
      List<Dim> shape = in.shape() == null ? null : new ArrayList<>(in.shape());
      if (shape != null) {
        int axis = axis(n, n.integer("axis", 0), in.rank());
        shape.set(
            axis,
            given != null
                ? given.get(k)
                : sizes != null ? g.freshDim() : part(shape.get(axis), parts, g));
      }
      n.outputs().get(k).infer(in.type(), shape);
    }
  }

  /** One of equal parts; what they are where the last is smaller is left open. */
  private static Dim part(Dim size, int parts, OnnxGraph g) {
    boolean uneven = size.isKnown() && size.value() % parts != 0;
    return uneven ? g.freshDim() : size.floorOver(Dim.of(parts));
  }

  private static void slice(OnnxNode n, OnnxGraph g) {
    OnnxValue in = n.input(0);
    List<Dim> starts = n.input(1).elements();
    List<Dim> ends = n.input(2).elements();
    List<Dim> axes = n.input(3) == null ? null : n.input(3).elements();
    List<Dim> steps = n.input(4) == null ? null : n.input(4).elements();
    if (in.shape() == null) {
      set(n, in.type(), null);
      return;
    }
    int count = sliceCount(n, axes);
    if (count < 0) {
      set(n, in.type(), Inference.fresh(g, in.rank()));
      return;
    }
    for (List<Dim> list : Arrays.asList(starts, ends, axes, steps)) {
      requireCount(n, "a list of places", list == null ? count : list.size(), count);
    }
    List<Dim> out = new ArrayList<>(in.shape());
    for (int k = 0; k < count; k++) {
      int axis = axis(n, axes == null ? k : axes.get(k).value(), in.rank());
      Dim step = n.input(4) == null ? Dim.ONE : steps == null ? null : steps.get(k);
      if (step != null && step.is(0)) {
        throw fail(n, "a step is 0", "expected another number");
      }
      Dim length =
          starts == null || ends == null || step == null || !step.isKnown()
              ? null
              : sliceLength(in.shape().get(axis), starts.get(k), ends.get(k), step.value());
      out.set(axis, length == null ? g.freshDim() : length);
    }
    set(n, in.type(), out);
  }

  /** How many axes a Slice cuts; -1 if that, or which they are, is not known. */
  private static int sliceCount(OnnxNode n, List<Dim> axes) {
    if (n.input(3) != null) {
      return axes != null && axes.stream().allMatch(Dim::isKnown) ? axes.size() : -1;
    }
    List<Dim> shape = n.input(1).shape();
    return shape == null || shape.size() != 1 ? -1 : (int) shape.get(0).orElse(-1);
  }

  /** Elements between two places; null if that depends on the unknowns. */
  static Dim sliceLength(Dim size, Dim start, Dim end, long step) {
    if (size.isKnown() && start.isKnown() && end.isKnown()) {
      long s = clamp(start.value(), size.value(), step);
      long e = clamp(end.value(), size.value(), step);
      return Dim.of(
          Math.max(
              0,
              step > 0
                  ? Math.floorDiv(e - s + step - 1, step)
                  : Math.floorDiv(s - e - step - 1, -step)));
    }
    if (step < 0) {
      boolean whole = step == -1 && start.is(-1) && end.isKnown() && end.value() < -(1L << 30);
      return whole ? size : null;
    }
    boolean toEnd = end.equals(size) || (end.isKnown() && end.value() >= (1L << 30));
    return start.is(0) && toEnd ? size.ceilOver(step) : null;
  }

  private static long clamp(long at, long size, long step) {
    long a = at < 0 ? at + size : at;
    return step > 0 ? Math.max(0, Math.min(a, size)) : Math.max(-1, Math.min(a, size - 1));
  }

  private static void gather(OnnxNode n, OnnxGraph g) {
    OnnxValue in = n.input(0);
    OnnxValue index = n.input(1);
    if (in.shape() == null || index.shape() == null) {
      set(n, in.type(), null);
      return;
    }
    int axis = axis(n, n.integer("axis", 0), in.rank());
    List<Dim> out = new ArrayList<>(in.shape().subList(0, axis));
    out.addAll(index.shape());
    out.addAll(in.shape().subList(axis + 1, in.rank()));
    set(n, in.type(), out);
  }

  private static void gatherNd(OnnxNode n, OnnxGraph g) {
    OnnxValue in = n.input(0);
    OnnxValue index = n.input(1);
    if (in.shape() == null
        || index.shape() == null
        || !index.shape().get(index.rank() - 1).isKnown()) {
      set(n, in.type(), null);
      return;
    }
    int batch = (int) n.integer("batch_dims", 0);
    int depth = (int) index.shape().get(index.rank() - 1).value();
    List<Dim> out = new ArrayList<>(index.shape().subList(0, index.rank() - 1));
    out.addAll(in.shape().subList(batch + depth, in.rank()));
    set(n, in.type(), out);
  }

  /** Of the values, and of their places and counts, as many as differ; of all, where they are. */
  private static void unique(OnnxNode n, OnnxGraph g) {
    OnnxValue in = n.input(0);
    Dim found = g.freshDim();
    List<Dim> values = List.of(found);
    Dim all = null;
    if (n.attributes().containsKey("axis")) {
      values = in.shape() == null ? null : new ArrayList<>(in.shape());
      if (values != null) {
        all = values.set(axis(n, n.integer("axis", 0), in.rank()), found);
      }
    } else if (in.rank() == 1) {
      all = in.shape().get(0);
    }
    List<List<Dim>> shapes =
        Arrays.asList(
            values, List.of(found), List.of(all == null ? g.freshDim() : all), List.of(found));
    for (int i = 0; i < n.outputs().size(); i++) {
      n.outputs().get(i).infer(i == 0 ? in.type() : ElementType.INT64, shapes.get(i));
    }
  }

  private static void tile(OnnxNode n, OnnxGraph g) {
    OnnxValue in = n.input(0);
    if (in.shape() == null) {
      set(n, in.type(), null);
      return;
    }
    List<Dim> repeats = n.input(1).elements();
    if (repeats != null) {
      requireCount(n, "the list of repeats", repeats.size(), in.rank());
    }
    List<Dim> out = new ArrayList<>();
    for (int i = 0; i < in.rank(); i++) {
      out.add(repeats == null ? g.freshDim() : in.shape().get(i).times(repeats.get(i)));
    }
    set(n, in.type(), out);
  }

  private static void pad(OnnxNode n, OnnxGraph g) {
    OnnxValue in = n.input(0);
    if (in.shape() == null) {
      set(n, in.type(), null);
      return;
    }
    // From operator set 18 on, the axes to pad may be named.
    List<Dim> pads = n.input(3) == null ? n.input(1).elements() : null;
    if (pads != null) {
      requireCount(n, "the list of pads", pads.size(), 2 * in.rank());
    }
    List<Dim> out = new ArrayList<>();
    for (int i = 0; i < in.rank(); i++) {
      out.add(
          pads == null
              ? g.freshDim()
              : in.shape().get(i).plus(pads.get(i)).plus(pads.get(i + in.rank())));
    }
    set(n, in.type(), out);
  }

  private static void oneHot(OnnxNode n, OnnxGraph g) {
    OnnxValue in = n.input(0);
    if (in.shape() == null) {
      set(n, n.input(2).type(), null);
      return;
    }
    List<Dim> depth = n.input(1).elements();
    List<Dim> out = new ArrayList<>(in.shape());
    int axis = axis(n, n.integer("axis", -1), in.rank() + 1);
    out.add(axis, depth == null ? g.freshDim() : depth.get(0));
    set(n, n.input(2).type(), out);
  }

  private static void blocks(OnnxNode n, boolean toSpace) {
    OnnxValue in = n.input(0);
    Inference.requireRank(n, in, 4);
    if (in.shape() == null) {
      set(n, in.type(), null);
      return;
    }
    long b = n.integer("blocksize", 1);
    if (b < 1) {
      throw fail(n, "blocksize is " + b, "expected at least 1");
    }
    Dim c = in.shape().get(1);
    Dim h = in.shape().get(2);
    Dim w = in.shape().get(3);
    if (toSpace && c.isKnown() && c.value() % (b * b) != 0) {
      throw fail(n, "there are " + c + " channels", "expected a multiple of " + b * b);
    }
    List<Dim> out = new ArrayList<>();
    out.add(in.shape().get(0));
    out.add(toSpace ? c.floorOver(Dim.of(b * b)) : c.times(b * b));
    out.add(toSpace ? h.times(b) : h.floorOver(Dim.of(b)));
    out.add(toSpace ? w.times(b) : w.floorOver(Dim.of(b)));
    set(n, in.type(), out);
  }
}
