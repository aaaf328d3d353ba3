package org.betavae.export.onnx;

import static org.betavae.export.onnx.Inference.fail;
import static org.betavae.export.onnx.Inference.requireCount;
import static org.betavae.export.onnx.Inference.requireEqual;
import static org.betavae.export.onnx.Inference.requireLeastRank;
import static org.betavae.export.onnx.Inference.requireRank;
import static org.betavae.export.onnx.Inference.set;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.Inference.Rule;

/** Convolutions, pooling and resizing; channels come second. */
final class WindowRules {
  private WindowRules() {}

  static void register(Map<String, Rule> rules) {
    rules.put("Conv", WindowRules::conv);
    rules.put("ConvTranspose", WindowRules::convTranspose);
    for (String op : List.of("MaxPool", "AveragePool", "LpPool")) {
      rules.put(op, WindowRules::pool);
    }
    for (String op : List.of("GlobalAveragePool", "GlobalMaxPool")) {
      rules.put(op, WindowRules::globalPool);
    }
    rules.put("Resize", WindowRules::resize);
  }

  private static void conv(OnnxNode n, OnnxGraph g) {
    OnnxValue in = n.input(0);
    OnnxValue w = n.input(1);
    if (!shapesAreKnown(n, in, w)) {
      return;
    }
    Dim channels = w.shape().get(1).times(n.integer("group", 1));
    requireEqual(n, "channels of input and weights", in.shape().get(1), channels);
    List<Dim> out = new ArrayList<>();
    out.add(in.shape().get(0));
    out.add(w.shape().get(0));
    addWindows(n, g, in.shape(), w.shape().subList(2, w.rank()), out);
    set(n, in.type(), out);
  }

  /** Whether the shapes of image and weights are known; if not, the output's is not either. */
  private static boolean shapesAreKnown(OnnxNode n, OnnxValue in, OnnxValue w) {
    if (in.shape() == null || w.shape() == null) {
      set(n, in.type(), null);
      return false;
    }
    requireLeastRank(n, w, 3);
    requireRank(n, in, w.rank());
    return true;
  }

  private static void pool(OnnxNode n, OnnxGraph g) {
    OnnxValue in = n.input(0);
    if (in.shape() == null) {
      set(n, in.type(), null);
      return;
    }
    long[] window = n.integers("kernel_shape");
    List<Dim> kernel = Inference.dims(steps(n, "kernel_shape", window.length));
    requireRank(n, in, kernel.size() + 2);
    List<Dim> out = new ArrayList<>(in.shape().subList(0, 2));
    addWindows(n, g, in.shape(), kernel, out);
    n.outputs().get(0).infer(in.type(), out);
    if (n.outputs().size() > 1) {
      n.outputs().get(1).infer(ElementType.INT64, out);
    }
  }

  /** A list of numbers that are at least 1, and are 1 where they are not given. */
  private static long[] steps(OnnxNode n, String attribute, int count) {
    long[] steps = n.integers(attribute, count, 1);
    requireCount(n, attribute, steps.length, count);
    for (long step : steps) {
      if (step < 1) {
        throw fail(n, attribute + " are " + Arrays.toString(steps), "expected at least 1 each");
      }
    }
    return steps;
  }

  private static long[] pads(OnnxNode n, String attribute, int count) {
    long[] pads = n.integers(attribute, count, 0);
    requireCount(n, attribute, pads.length, count);
    return pads;
  }

  private static void addWindows(
      OnnxNode n, OnnxGraph g, List<Dim> in, List<Dim> kernel, List<Dim> out) {
    int spatial = kernel.size();
    long[] strides = steps(n, "strides", spatial);
    long[] dilations = steps(n, "dilations", spatial);
    long[] pads = pads(n, "pads", 2 * spatial);
    String auto = n.text("auto_pad", "NOTSET");
    for (int i = 0; i < spatial; i++) {
      Dim size = in.get(i + 2);
      if (auto.startsWith("SAME")) {
        out.add(size.ceilOver(strides[i]));
        continue;
      }
      Dim reach = kernel.get(i).plus(-1).times(dilations[i]).plus(1);
      Dim room = size.plus(pads[i] + pads[i + spatial]).minus(reach);
      if (room.isKnown() && room.value() < 0) {
        throw fail(
            n,
            "the window reaches over " + reach + " of " + size + " plus padding",
            "expected at least one position");
      }
      Dim positions = room.floorOver(Dim.of(strides[i])).plus(1);
      boolean up = n.integer("ceil_mode", 0) != 0;
      // Whether a last window that starts in the padding counts has changed with the versions.
      if (!up || room.exactlyOver(Dim.of(strides[i])) != null) {
        out.add(positions);
      } else {
        long start = positions.times(strides[i]).orElse(Long.MAX_VALUE);
        boolean counts = size.isKnown() && start < size.value() + pads[i];
        out.add(counts ? positions.plus(1) : g.freshDim());
      }
    }
  }

  private static void convTranspose(OnnxNode n, OnnxGraph g) {
    OnnxValue in = n.input(0);
    OnnxValue w = n.input(1);
    if (!shapesAreKnown(n, in, w)) {
      return;
    }
    requireEqual(n, "channels of input and weights", in.shape().get(1), w.shape().get(0));
    int spatial = w.rank() - 2;
    long[] strides = steps(n, "strides", spatial);
    long[] dilations = steps(n, "dilations", spatial);
    long[] pads = pads(n, "pads", 2 * spatial);
    long[] more = pads(n, "output_padding", spatial);
    List<Dim> out = new ArrayList<>();
    out.add(in.shape().get(0));
    out.add(w.shape().get(1).times(n.integer("group", 1)));
    if (n.integers("output_shape") != null
        || !n.text("auto_pad", "NOTSET").matches("NOTSET|VALID")) {
      // Runtimes read these forms differently; converters do not write them.
      out.addAll(Inference.fresh(g, spatial));
      set(n, in.type(), out);
      return;
    }
    for (int i = 0; i < spatial; i++) {
      Dim reach = w.shape().get(i + 2).plus(-1).times(dilations[i]).plus(1);
      out.add(
          in.shape()
              .get(i + 2)
              .plus(-1)
              .times(strides[i])
              .plus(reach)
              .plus(more[i] - pads[i] - pads[i + spatial]));
    }
    set(n, in.type(), out);
  }

  private static void globalPool(OnnxNode n, OnnxGraph g) {
    OnnxValue in = n.input(0);
    if (in.shape() == null) {
      set(n, in.type(), null);
      return;
    }
    requireLeastRank(n, in, 2);
    List<Dim> out = new ArrayList<>(in.shape().subList(0, 2));
    for (int i = 2; i < in.rank(); i++) {
      out.add(Dim.ONE);
    }
    set(n, in.type(), out);
  }

  private static void resize(OnnxNode n, OnnxGraph g) {
    OnnxValue in = n.input(0);
    OnnxValue sizes = n.input(3);
    if (sizes != null) {
      set(n, in.type(), resized(n, g, in, sizes));
      return;
    }
    Tensor scales = n.input(2).constant();
    if (in.shape() == null || scales == null) {
      set(n, in.type(), in.rank() < 0 ? null : Inference.fresh(g, in.rank()));
      return;
    }
    long[] axes = n.integers("axes");
    int count = axes == null ? in.rank() : axes.length;
    requireCount(n, "scales", scales.size(), count);
    boolean crop = n.text("coordinate_transformation_mode", "").equals("tf_crop_and_resize");
    List<Dim> out = new ArrayList<>(in.shape());
    for (int k = 0; k < count; k++) {
      int axis = axes == null ? k : Inference.axis(n, axes[k], out.size());
      out.set(axis, crop ? g.freshDim() : scaled(out.get(axis), scales.doubleAt(k), g));
    }
    set(n, in.type(), out);
  }

  private static Dim scaled(Dim d, double s, OnnxGraph g) {
    if (d.isKnown()) {
      return Dim.of((long) Math.floor(d.value() * s));
    }
    return s == Math.rint(s) ? d.times((long) s) : g.freshDim();
  }

  private static List<Dim> resized(OnnxNode n, OnnxGraph g, OnnxValue in, OnnxValue sizes) {
    long[] axes = n.integers("axes");
    String policy = n.text("keep_aspect_ratio_policy", "stretch");
    boolean stretch = policy.equals("stretch");
    if (in.shape() == null || (stretch && axes == null && sizes.elements() != null)) {
      return stretch && axes == null ? sizes.elements() : null;
    }
    List<Dim> out = new ArrayList<>(in.shape());
    List<Integer> at = new ArrayList<>();
    for (int k = 0; k < (axes == null ? out.size() : axes.length); k++) {
      at.add(axes == null ? k : Inference.axis(n, axes[k], out.size()));
    }
    List<Dim> to = sizes.elements();
    if (to != null) {
      requireCount(n, "sizes", to.size(), at.size());
    }
    double one = stretch || to == null ? Double.NaN : oneRatio(policy, in.shape(), at, to);
    for (int k = 0; k < at.size(); k++) {
      Dim kept =
          Double.isNaN(one)
              ? g.freshDim()
              : Dim.of((long) Math.floor(out.get(at.get(k)).value() * one + 0.5));
      out.set(at.get(k), stretch && to != null ? to.get(k) : kept);
    }
    return out;
  }

  /** The factor of all axes where the ratio of the sizes is kept; NaN if it is not known. */
  private static double oneRatio(String policy, List<Dim> from, List<Integer> at, List<Dim> to) {
    double one = policy.equals("not_larger") ? Double.POSITIVE_INFINITY : 0;
    for (int k = 0; k < at.size(); k++) {
      Dim before = from.get(at.get(k));
      if (!before.isKnown() || !to.get(k).isKnown()) {
        return Double.NaN;
      }
      double ratio = to.get(k).value() / (double) before.value();
      one = policy.equals("not_larger") ? Math.min(one, ratio) : Math.max(one, ratio);
    }
    return one;
  }
}
