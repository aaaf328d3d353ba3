package org.betavae.export.toonnx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.OnnxGraph;
import org.betavae.export.onnx.OnnxNode;
import org.betavae.export.onnx.OnnxValue;

/**
 * Unsqueeze, convolution or pooling, Squeeze, as TensorFlow writes them in one dimension, to the
 * operator of that dimension. A Transpose behind the Unsqueeze first goes in front of it, where it
 * has a dimension less.
 */
final class ToOneDimension implements Rewrite {
  private static final Set<String> WINDOWS =
      Set.of("Conv", "ConvTranspose", "MaxPool", "AveragePool");
  private static final List<String> PER_AXIS =
      List.of("kernel_shape", "strides", "dilations", "output_padding");

  @Override
  public boolean apply(OnnxGraph graph) {
    boolean changed = false;
    for (OnnxNode n : graph.inOrder()) {
      if (graph.has(n) && n.is("Transpose")) {
        changed |= lift(graph, n);
      }
    }
    for (OnnxNode n : graph.inOrder()) {
      if (graph.has(n) && WINDOWS.contains(n.op())) {
        changed |= flatten(graph, n);
      }
    }
    return changed;
  }

  private static boolean lift(OnnxGraph graph, OnnxNode transpose) {
    int axis = axis(transpose.input(0), "Unsqueeze");
    if (axis < 0) {
      return false;
    }
    int[] perm = Perms.of(transpose.integers("perm"));
    int place =
        IntStream.range(0, perm.length).filter(i -> perm[i] == axis).findFirst().orElseThrow();
    int[] inner =
        Arrays.stream(perm).filter(p -> p != axis).map(p -> p < axis ? p : p - 1).toArray();
    OnnxValue x = transpose.input(0).producer().input(0);
    OnnxValue turned = Build.transpose(graph, transpose.name(), x, inner);
    String name = transpose.input(0).producer().name();
    graph.replace(
        transpose.output(),
        graph.node("Unsqueeze", name, List.of(turned, graph.longs(place)), Map.of()));
    return true;
  }

  /**
   * The axis that a value has from an Unsqueeze, or that the Squeeze takes away; -1 if it is no
   * such node with one known axis.
   */
  private static int axis(OnnxValue v, String op) {
    OnnxNode n = v.producer();
    if (n == null
        || !n.is(op)
        || n.input(1) == null
        || !n.input(1).isConstant()
        || n.input(1).constant().size() != 1) {
      return -1;
    }
    int rank = op.equals("Squeeze") ? n.input(0).rank() : v.rank();
    long axis = n.input(1).constant().longAt(0);
    return (int) (axis < 0 ? axis + rank : axis);
  }

  private static boolean flatten(OnnxGraph graph, OnnxNode n) {
    int axis = axis(n.input(0), "Unsqueeze");
    boolean alone =
        n.outputs().size() == 1 && n.output().users().size() == 1 && !graph.isOutput(n.output());
    OnnxNode squeeze = alone ? n.output().users().get(0) : null;
    if (axis < 2
        || n.input(0).rank() < 4
        || squeeze == null
        || axis(squeeze.output(), "Squeeze") != axis
        || !isOneWide(n, axis - 2)) {
      return false;
    }
    List<OnnxValue> in = new ArrayList<>(n.inputs());
    in.set(0, n.input(0).producer().input(0));
    if (in.size() > 1) {
      Tensor w = n.input(1).constant();
      long[] shape =
          IntStream.range(0, w.rank()).filter(i -> i != axis).mapToLong(w::dim).toArray();
      in.set(1, graph.constant(n.input(1).name(), w.reshape(shape)));
    }
    OnnxValue y = graph.node(n.op(), n.name(), in, without(n, axis - 2));
    graph.replace(squeeze.output(), y);
    return true;
  }

  /** True if the window does nothing along a dimension of 1. */
  private static boolean isOneWide(OnnxNode n, int spatial) {
    boolean weights = n.inputs().size() < 2 || n.input(1).isConstant();
    long[] kernel = n.integers("kernel_shape");
    long[] pads = n.integers("pads");
    long[] more = n.integers("output_padding", kernel.length, 0);
    return weights
        && kernel[spatial] == 1
        && pads != null
        && pads[spatial] == 0
        && pads[spatial + kernel.length] == 0
        && more[spatial] == 0;
  }

  private static Map<String, Object> without(OnnxNode n, int spatial) {
    Map<String, Object> attributes = new TreeMap<>(n.attributes());
    for (String name : PER_AXIS) {
      attributes.computeIfPresent(name, (k, v) -> drop((long[]) v, spatial));
    }
    attributes.computeIfPresent(
        "pads",
        (k, v) -> {
          long[] pads = (long[]) v;
          return drop(drop(pads, spatial + pads.length / 2), spatial);
        });
    return attributes;
  }

  private static long[] drop(long[] values, int at) {
    return IntStream.range(0, values.length)
        .filter(i -> i != at)
        .mapToLong(i -> values[i])
        .toArray();
  }
}
