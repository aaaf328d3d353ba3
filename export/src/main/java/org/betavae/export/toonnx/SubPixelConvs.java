package org.betavae.export.toonnx;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.Dim;
import org.betavae.export.onnx.OnnxGraph;
import org.betavae.export.onnx.OnnxNode;
import org.betavae.export.onnx.OnnxValue;

/**
 * Transposed convolutions to plain ones at the size of their input, whose results are interleaved:
 * the same products and sums, but ONNX Runtime's CPU ConvTranspose takes about three times as long
 * for one as its Conv, which has a blocked layout.
 *
 * <p>The pixels of the output whose rows and columns leave the same remainders by the stride, a
 * phase, are one plain convolution of the input ({@link PhaseAxis} has the formula). Two forms:
 *
 * <ul>
 *   <li>A pair: a layer whose only reader, past an activation, is another to few channels. One
 *       convolution for each phase of the first; the second takes these phases as they are, with
 *       one convolution for each whose results are added, and makes all its own phases at once. The
 *       large image between the two is never put together; the small one behind them is, by
 *       DepthToSpace.
 *   <li>A layer alone: one convolution for each phase, interleaved by Concat, first along the rows
 *       and then whole rows, which is several times as fast as DepthToSpace. With a stride of 1 the
 *       convolution is all.
 * </ul>
 *
 * <p>{@link UpConvCost} tells where it pays. Stays as it is: what {@link UpConv} does not cover.
 */
final class SubPixelConvs implements Rewrite {
  /** Activations that ONNX Runtime computes inside of a Conv. */
  private static final Set<String> FUSED =
      Set.of("Relu", "LeakyRelu", "Sigmoid", "Tanh", "Clip", "HardSigmoid");

  private final Predicate<UpConv> alone;
  private final BiPredicate<UpConv, UpConv> pairs;

  /** Where it pays. */
  SubPixelConvs() {
    this(UpConvCost::alonePays, UpConvCost::pairPays);
  }

  /** By other judgements of what pays, of a layer alone and of a pair. */
  SubPixelConvs(Predicate<UpConv> alone, BiPredicate<UpConv, UpConv> pairs) {
    this.alone = alone;
    this.pairs = pairs;
  }

  @Override
  public boolean apply(OnnxGraph graph) {
    boolean changed = false;
    List<OnnxNode> fromTheEnd = new ArrayList<>(graph.inOrder());
    Collections.reverse(fromTheEnd);
    for (OnnxNode n : fromTheEnd) {
      changed |= graph.has(n) && pair(graph, n);
    }
    for (OnnxNode n : graph.inOrder()) {
      changed |= graph.has(n) && n.is("ConvTranspose") && alone(graph, n);
    }
    return changed;
  }

  private boolean pair(OnnxGraph graph, OnnxNode n) {
    UpConv second = UpConv.of(n);
    if (second == null) {
      return false;
    }
    List<OnnxNode> activations = new ArrayList<>();
    OnnxValue v = n.input(0);
    while (isOnlyFor(graph, v) && FUSED.contains(v.producer().op())) {
      activations.add(0, v.producer());
      v = v.producer().input(0);
    }
    UpConv first = isOnlyFor(graph, v) ? UpConv.of(v.producer()) : null;
    if (first == null || !first.enlarges()) {
      return false;
    }
    int sy = first.rows().stride();
    int sx = first.columns().stride();
    PhaseAxis rows = PhaseAxis.best(second.rows(), sy);
    PhaseAxis columns = PhaseAxis.best(second.columns(), sx);
    boolean everyPhaseHasPixels = first.rows().out() >= sy && first.columns().out() >= sx;
    if (rows.block() != columns.block() || !everyPhaseHasPixels || !pairs.test(first, second)) {
      return false;
    }
    OnnxValue sum = null;
    for (int i = 0; i < sy * sx; i++) {
      Part y = Part.apart(first.rows(), i / sx, true);
      Part x = Part.apart(first.columns(), i % sx, true);
      OnnxValue phase =
          again(graph, activations, conv(graph, first, first.node().input(0), y, x, true));
      OnnxValue term =
          conv(graph, second, phase, Part.all(rows, i / sx), Part.all(columns, i % sx), i == 0);
      sum = i == 0 ? term : graph.node("Add", n.name() + "/Add", List.of(sum, term), Map.of());
    }
    Build.replace(graph, n.output(), joined(graph, second, sum, rows, columns));
    return true;
  }

  /** True if a node makes the value and exactly one reads it. */
  private static boolean isOnlyFor(OnnxGraph graph, OnnxValue v) {
    return v.producer() != null && v.users().size() == 1 && !graph.isOutput(v);
  }

  /** The activations once more, on another value. */
  private static OnnxValue again(OnnxGraph graph, List<OnnxNode> activations, OnnxValue x) {
    OnnxValue y = x;
    for (OnnxNode act : activations) {
      y = graph.node(act.op(), act.name(), Build.with(act.inputs(), 0, y), act.attributes());
    }
    return y;
  }

  private boolean alone(OnnxGraph graph, OnnxNode n) {
    UpConv layer = UpConv.of(n);
    if (layer == null || !alone.test(layer)) {
      return false;
    }
    // An activation goes before the pixels move, since there it becomes part of the Conv.
    List<OnnxNode> activations = new ArrayList<>();
    OnnxValue end = n.output();
    while (end.users().size() == 1
        && !graph.isOutput(end)
        && FUSED.contains(end.users().get(0).op())) {
      activations.add(end.users().get(0));
      end = end.users().get(0).output();
    }
    int sx = layer.columns().stride();
    List<OnnxValue> phases = new ArrayList<>();
    for (int i = 0; i < layer.rows().stride() * sx; i++) {
      Part y = Part.apart(layer.rows(), i / sx, false);
      Part x = Part.apart(layer.columns(), i % sx, false);
      phases.add(again(graph, activations, conv(graph, layer, n.input(0), y, x, true)));
    }
    Build.replace(graph, end, layer.enlarges() ? woven(graph, layer, phases) : phases.get(0));
    return true;
  }

  /**
   * One axis of one of the convolutions.
   *
   * @param axis where it belongs
   * @param a phase of the input
   * @param from first phase of the output
   * @param to the phase behind the last
   * @param window what it looks at
   */
  private record Part(PhaseAxis axis, int a, int from, int to, PhaseAxis.Window window) {
    /** All phases of the output at once. */
    static Part all(PhaseAxis axis, int a) {
      int to = axis.block();
      return new Part(axis, a, 0, to, axis.window(a, 0, to, axis.blocks()));
    }

    /** One phase of the output, of its exact size or of the same size as the others. */
    static Part apart(UpConv.Axis of, int phase, boolean exact) {
      PhaseAxis axis = new PhaseAxis(of, 1, 0);
      int count = exact ? axis.blocksOf(phase) : axis.blocks();
      return new Part(axis, 0, phase, phase + 1, axis.window(0, phase, phase + 1, count));
    }

    int phases() {
      return to - from;
    }

    /** The place in the kernel, or -1 outside of it. */
    int tap(int phase, int position) {
      int tap = axis.tap(from + phase, a, window.first() + position);
      return tap >= 0 && tap < axis.axis().kernel() ? tap : -1;
    }
  }

  /** {@code [n, ci, h, w] -> [n, (y phase, x phase, co), blocks, blocks]}. */
  private static OnnxValue conv(
      OnnxGraph graph, UpConv layer, OnnxValue x, Part rows, Part columns, boolean withBias) {
    int ci = layer.inChannels();
    int co = layer.outChannels();
    int h = rows.window().size();
    int w = columns.window().size();
    int channels = rows.phases() * columns.phases() * co;
    float[] from = layer.weights();
    float[] kernel = new float[Math.multiplyExact(channels * ci, h * w)];
    int at = 0;
    for (int c = 0; c < channels; c++) {
      int phase = c / co;
      for (int i = 0; i < ci; i++) {
        for (int y = 0; y < h; y++) {
          int ky = rows.tap(phase / columns.phases(), y);
          for (int k = 0; k < w; k++) {
            int kx = columns.tap(phase % columns.phases(), k);
            kernel[at++] = ky < 0 || kx < 0 ? 0 : from[layer.at(i, c % co, ky, kx)];
          }
        }
      }
    }
    OnnxNode n = layer.node();
    List<OnnxValue> in = new ArrayList<>(List.of(x));
    in.add(
        graph.constant(n.input(1).name(), Tensor.floats(new long[] {channels, ci, h, w}, kernel)));
    if (withBias && n.input(2) != null) {
      float[] bias = new float[channels];
      for (int c = 0; c < channels; c++) {
        bias[c] = layer.bias(c % co);
      }
      in.add(graph.constant(n.input(2).name(), Tensor.floats(new long[] {channels}, bias)));
    }
    long[] pads = {
      rows.window().padBegin(),
      columns.window().padBegin(),
      rows.window().padEnd(),
      columns.window().padEnd()
    };
    return graph.node(
        "Conv", n.name() + "/Conv", in, Map.of("kernel_shape", new long[] {h, w}, "pads", pads));
  }

  /** Phases {@code [n, (y phase, x phase, c), blocks, blocks]} in one value to the image. */
  private static OnnxValue joined(
      OnnxGraph graph, UpConv layer, OnnxValue phases, PhaseAxis rows, PhaseAxis columns) {
    String name = layer.node().name() + "/DepthToSpace";
    Map<String, Object> blocks = Map.of("blocksize", (long) rows.block(), "mode", "DCR");
    OnnxValue y = graph.node("DepthToSpace", name, List.of(phases), blocks);
    return cropped(graph, layer, y, rows.shift(), columns.shift());
  }

  /** Phases {@code [n, c, blocks, blocks]}, those of one row side by side, to the image. */
  private static OnnxValue woven(OnnxGraph graph, UpConv layer, List<OnnxValue> phases) {
    List<Dim> shape = phases.get(0).shape();
    long n = shape.get(0).orElse(-1);
    long c = layer.outChannels();
    long h = shape.get(2).value();
    long w = shape.get(3).value();
    int sy = layer.rows().stride();
    int sx = layer.columns().stride();
    String name = layer.node().name();
    List<OnnxValue> rows = new ArrayList<>();
    for (int a = 0; a < sy; a++) {
      List<OnnxValue> pixels = new ArrayList<>();
      for (OnnxValue phase : phases.subList(a * sx, (a + 1) * sx)) {
        pixels.add(sx == 1 ? phase : reshape(graph, name, phase, n, c, h, w, 1));
      }
      OnnxValue row = concat(graph, name, pixels, 4);
      rows.add(sx == 1 ? row : reshape(graph, name, row, n, c, h, w * sx));
    }
    OnnxValue all = concat(graph, name, rows, 3);
    OnnxValue y = sy == 1 ? all : reshape(graph, name, all, n, c, h * sy, w * sx);
    return cropped(graph, layer, y, 0, 0);
  }

  private static OnnxValue concat(OnnxGraph graph, String name, List<OnnxValue> parts, long axis) {
    return parts.size() == 1
        ? parts.get(0)
        : graph.node("Concat", name + "/Concat", parts, Map.of("axis", axis));
  }

  private static OnnxValue reshape(OnnxGraph graph, String name, OnnxValue v, long... shape) {
    return graph.node(
        "Reshape",
        name + "/Reshape",
        List.of(v, graph.constant(name + "/shape", Tensor.longs(shape))),
        Map.of());
  }

  /** Cuts off the pixels of the first and last blocks that lie outside of the output. */
  private static OnnxValue cropped(OnnxGraph graph, UpConv layer, OnnxValue y, int top, int left) {
    int height = layer.rows().out();
    int width = layer.columns().out();
    if (y.shape().get(2).is(height) && y.shape().get(3).is(width)) {
      return y;
    }
    OnnxValue begin = graph.longs(top, left);
    OnnxValue end = graph.longs(top + height, left + width);
    String name = layer.node().name() + "/Slice";
    return graph.node("Slice", name, List.of(y, begin, end, graph.longs(2, 3)), Map.of());
  }
}
