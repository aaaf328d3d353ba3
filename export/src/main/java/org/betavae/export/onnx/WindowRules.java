package org.betavae.export.onnx;

import static org.betavae.export.onnx.Inference.fail;
import static org.betavae.export.onnx.Inference.requireEqual;
import static org.betavae.export.onnx.Inference.requireRank;
import static org.betavae.export.onnx.Inference.set;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
    requireRank(n, in, w.rank());
    if (in.shape() == null || w.shape() == null) {
      set(n, in.type(), null);
      return;
    }
    Dim channels = w.shape().get(1).times(n.integer("group", 1));
    requireEqual(n, "channels of input and weights", in.shape().get(1), channels);
    List<Dim> out = new ArrayList<>();
    out.add(in.shape().get(0));
    out.add(w.shape().get(0));
    addWindows(n, in.shape(), w.shape().subList(2, w.rank()), out);
    set(n, in.type(), out);
  }

  private static void pool(OnnxNode n, OnnxGraph g) {
    OnnxValue in = n.input(0);
    if (in.shape() == null) {
      set(n, in.type(), null);
      return;
    }
    List<Dim> kernel = Inference.dims(n.integers("kernel_shape"));
    requireRank(n, in, kernel.size() + 2);
    List<Dim> out = new ArrayList<>(in.shape().subList(0, 2));
    addWindows(n, in.shape(), kernel, out);
    set(n, in.type(), out);
  }

  private static void addWindows(OnnxNode n, List<Dim> in, List<Dim> kernel, List<Dim> out) {
    int spatial = kernel.size();
    long[] strides = n.integers("strides", spatial, 1);
    long[] dilations = n.integers("dilations", spatial, 1);
    long[] pads = n.integers("pads", 2 * spatial, 0);
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
      boolean up = n.integer("ceil_mode", 0) != 0;
      out.add((up ? room.ceilOver(strides[i]) : room.floorOver(Dim.of(strides[i]))).plus(1));
    }
  }

  private static void convTranspose(OnnxNode n, OnnxGraph g) {
    OnnxValue in = n.input(0);
    OnnxValue w = n.input(1);
    requireRank(n, in, w.rank());
    if (in.shape() == null || w.shape() == null) {
      set(n, in.type(), null);
      return;
    }
    requireEqual(n, "channels of input and weights", in.shape().get(1), w.shape().get(0));
    int spatial = w.rank() - 2;
    long[] strides = n.integers("strides", spatial, 1);
    long[] dilations = n.integers("dilations", spatial, 1);
    long[] pads = n.integers("pads", 2 * spatial, 0);
    long[] more = n.integers("output_padding", spatial, 0);
    List<Dim> out = new ArrayList<>();
    out.add(in.shape().get(0));
    out.add(w.shape().get(1).times(n.integer("group", 1)));
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
    List<Dim> out = new ArrayList<>();
    for (int i = 0; i < in.rank(); i++) {
      double s = scales.doubleAt(i);
      Dim d = in.shape().get(i);
      out.add(
          d.isKnown()
              ? Dim.of((long) Math.floor(d.value() * s))
              : s == Math.rint(s) ? d.times((long) s) : g.freshDim());
    }
    set(n, in.type(), out);
  }

  private static List<Dim> resized(OnnxNode n, OnnxGraph g, OnnxValue in, OnnxValue sizes) {
    long[] axes = n.integers("axes");
    if (in.shape() == null || (axes == null && sizes.elements() != null)) {
      return axes == null ? sizes.elements() : null;
    }
    List<Dim> out = new ArrayList<>(in.shape());
    for (int k = 0; k < (axes == null ? out.size() : axes.length); k++) {
      int axis = axes == null ? k : Inference.axis(n, axes[k], out.size());
      out.set(axis, sizes.elements() == null ? g.freshDim() : sizes.elements().get(k));
    }
    return out;
  }
}
