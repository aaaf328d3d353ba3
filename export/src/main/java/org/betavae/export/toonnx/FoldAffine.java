package org.betavae.export.toonnx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.OnnxGraph;
import org.betavae.export.onnx.OnnxNode;
import org.betavae.export.onnx.OnnxValue;

/**
 * Takes constant factors and terms per channel behind a convolution or dense layer, biases and
 * batch norms above all, into its weights: with y = W x + b, y s + t = (W s) x + (b s + t).
 */
final class FoldAffine implements Rewrite {
  @Override
  public boolean apply(OnnxGraph graph) {
    boolean any = false;
    for (OnnxNode n : graph.inOrder()) {
      OnnxNode layer = n;
      while (layer != null && graph.has(layer)) {
        layer = foldNext(graph, layer);
        any |= layer != null;
      }
    }
    return any;
  }

  /**
   * Folds the only reader of a layer; the layer that takes both places, or null if nothing was
   * folded.
   */
  private static OnnxNode foldNext(OnnxGraph graph, OnnxNode n) {
    Layer layer = Layer.of(n);
    if (layer == null || n.output().users().size() != 1 || graph.isOutput(n.output())) {
      return null;
    }
    OnnxNode next = n.output().users().get(0);
    double[][] st =
        next.is("BatchNormalization")
            ? Affine.ofNorm(next, layer.channels())
            : Affine.of(next, n.output(), layer);
    if (st == null) {
      return null;
    }
    OnnxValue y = layer.scaled(graph, biasName(next), st[0], st[1]);
    if (y == null) {
      return null;
    }
    Build.replace(graph, next.output(), y);
    return y.producer();
  }

  /** A bias that is added keeps its name. */
  private static String biasName(OnnxNode next) {
    for (OnnxValue in : next.inputs()) {
      if (next.is("Add") && in.isConstant()) {
        return in.name();
      }
    }
    return next.name() + "/bias";
  }

  /**
   * A convolution or dense layer with constant weights.
   *
   * @param axis axis of the weights that counts the output channels
   * @param channels number of output channels
   */
  record Layer(OnnxNode node, int axis, int channels) {
    static Layer of(OnnxNode n) {
      OnnxValue w = n.inputs().size() > 1 ? n.input(1) : null;
      if (w == null
          || !w.isConstant()
          || !w.type().isFloat()
          || (n.input(2) != null && !n.input(2).isConstant())) {
        return null;
      }
      return switch (n.op()) {
        case "Conv" -> new Layer(n, 0, (int) w.constant().dim(0));
        case "ConvTranspose" ->
            n.integer("group", 1) == 1 ? new Layer(n, 1, (int) w.constant().dim(1)) : null;
        case "MatMul" -> w.rank() == 2 ? new Layer(n, 1, (int) w.constant().dim(1)) : null;
        case "Gemm" ->
            new Layer(
                n,
                n.integer("transB", 0) == 0 ? 1 : 0,
                (int) w.constant().dim(n.integer("transB", 0) == 0 ? 1 : 0));
        default -> null;
      };
    }

    /** True if the channels are the last axis of the output and not the second. */
    boolean channelsLast() {
      return node.is("MatMul") || node.is("Gemm");
    }

    /**
     * The layer with its output times s plus t.
     *
     * @return null if that layer cannot hold a bias
     */
    OnnxValue scaled(OnnxGraph graph, String biasName, double[] s, double[] t) {
      boolean plain = true;
      for (double f : s) {
        plain &= f == 1;
      }
      boolean shifts = false;
      for (double f : t) {
        shifts |= f != 0 || Double.isNaN(f);
      }
      boolean dense = node.is("MatMul");
      if (dense && shifts && node.output().rank() != 2) {
        return null;
      }
      OnnxValue w = node.input(1);
      Tensor weights = w.constant();
      int stride = weights.strides()[axis];
      OnnxValue newW =
          plain
              ? w
              : graph.constant(
                  w.name(),
                  Tensor.ofDoubles(
                      weights.type(),
                      weights.shape(),
                      i -> weights.doubleAt(i) * s[i / stride % channels]));
      List<OnnxValue> in = new ArrayList<>(List.of(node.input(0), newW));
      Tensor old = node.input(2) == null ? null : node.input(2).constant();
      if (old != null && old.size() != channels && old.size() != 1) {
        return null;
      }
      if (shifts || old != null) {
        Tensor bias =
            Tensor.ofDoubles(
                weights.type(),
                new long[] {channels},
                i -> (old == null ? 0 : old.doubleAt(old.size() == 1 ? 0 : i) * s[i]) + t[i]);
        in.add(graph.constant(biasName, bias));
      }
      return graph.node(dense && shifts ? "Gemm" : node.op(), node.name(), in, node.attributes());
    }
  }

  /** Factors and terms per channel. */
  private static final class Affine {
    private Affine() {}

    /** Of an operator with one constant operand; null if it is no such thing. */
    static double[][] of(OnnxNode n, OnnxValue y, Layer layer) {
      if (n.inputs().size() != 2 || !n.output().shape().equals(y.shape())) {
        return null;
      }
      boolean left = n.input(0) == y;
      OnnxValue other = n.input(left ? 1 : 0);
      double[] c =
          other.isConstant() && other.type() == y.type()
              ? perChannel(other.constant(), y.rank(), layer)
              : null;
      if (c == null) {
        return null;
      }
      double[] s = filled(c.length, 1);
      double[] t = filled(c.length, 0);
      for (int i = 0; i < c.length; i++) {
        switch (n.op()) {
          case "Mul" -> s[i] = c[i];
          case "Add" -> t[i] = c[i];
          case "Sub" -> {
            s[i] = left ? 1 : -1;
            t[i] = left ? -c[i] : c[i];
          }
          case "Div" -> s[i] = left ? 1 / c[i] : Double.NaN;
          default -> s[i] = Double.NaN;
        }
        if (!Double.isFinite(s[i]) || !Double.isFinite(t[i])) {
          return null;
        }
      }
      return new double[][] {s, t};
    }

    /** Of y = (x - mean) / sqrt(variance + epsilon) scale + offset. */
    static double[][] ofNorm(OnnxNode n, int channels) {
      if (n.integer("training_mode", 0) != 0) {
        return null; // by what the batch is like
      }
      for (int i = 1; i < 5; i++) {
        if (!n.input(i).isConstant() || n.input(i).constant().size() != channels) {
          return null;
        }
      }
      double[] s = new double[channels];
      double[] t = new double[channels];
      double epsilon = n.number("epsilon", 1e-5f);
      for (int i = 0; i < channels; i++) {
        s[i] =
            n.input(1).constant().doubleAt(i)
                / Math.sqrt(n.input(4).constant().doubleAt(i) + epsilon);
        t[i] = n.input(2).constant().doubleAt(i) - n.input(3).constant().doubleAt(i) * s[i];
        if (!Double.isFinite(s[i]) || !Double.isFinite(t[i])) {
          return null;
        }
      }
      return new double[][] {s, t};
    }

    private static double[] filled(int n, double value) {
      double[] out = new double[n];
      Arrays.fill(out, value);
      return out;
    }

    /** The constant as one number a channel; null if it varies along another axis. */
    private static double[] perChannel(Tensor c, int rank, Layer layer) {
      double[] out = new double[layer.channels()];
      if (c.size() == 1) {
        Arrays.fill(out, c.doubleAt(0));
        return out;
      }
      int channelAxis = (layer.channelsLast() ? rank - 1 : 1) - rank + c.rank();
      if (c.size() != out.length || channelAxis < 0 || c.dim(channelAxis) != out.length) {
        return null;
      }
      for (int i = 0; i < out.length; i++) {
        out[i] = c.doubleAt(i);
      }
      return out;
    }
  }
}
