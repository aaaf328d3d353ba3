package org.betavae.export.toonnx;

import org.betavae.export.ElementType;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.Dim;
import org.betavae.export.onnx.OnnxNode;
import org.betavae.export.onnx.OnnxValue;

/**
 * A transposed convolution of images {@code [n,c,h,w]} of known size with constant weights, or a
 * plain one of stride 1, which is the same with its kernel turned by 180 degrees.
 *
 * <p>Along each axis, {@code y[o] = bias + sum over f of x[f] w[o + pad - stride f]}, where taps
 * outside the kernel are 0.
 *
 * @param node the node in the graph
 * @param rows the vertical axis
 * @param columns the horizontal axis
 * @param inChannels channels of the input
 * @param outChannels channels of the output
 */
record UpConv(OnnxNode node, Axis rows, Axis columns, int inChannels, int outChannels) {
  /** Larger ones leave more holes than pixels; no decoder has them. */
  private static final int MOST_STRIDE = 8;

  /** Sizes along one axis; {@code pad} may be negative. */
  record Axis(int in, int out, int kernel, int stride, int pad) {}

  /**
   * Reads a node.
   *
   * @return null if it is no such convolution: groups, dilation, sizes or weights that are not
   *     known, other types than float32
   */
  static UpConv of(OnnxNode n) {
    boolean plain = n.is("Conv");
    if ((!plain && !n.is("ConvTranspose")) || !hasKnownSizes(n) || !isSimple(n)) {
      return null;
    }
    long[] strides = n.integers("strides", 2, 1);
    if (Math.max(strides[0], strides[1]) > (plain ? 1 : MOST_STRIDE)) {
      return null;
    }
    Tensor w = n.input(1).constant();
    return new UpConv(
        n,
        axis(n, w, 0, strides, plain),
        axis(n, w, 1, strides, plain),
        (int) w.dim(plain ? 1 : 0),
        (int) w.dim(plain ? 0 : 1));
  }

  private static Axis axis(OnnxNode n, Tensor w, int i, long[] strides, boolean plain) {
    int kernel = (int) w.dim(i + 2);
    int pad = (int) n.integers("pads", 4, 0)[i];
    return new Axis(
        (int) n.input(0).shape().get(i + 2).value(),
        (int) n.output().shape().get(i + 2).value(),
        kernel,
        (int) strides[i],
        plain ? kernel - 1 - pad : pad);
  }

  private static boolean hasKnownSizes(OnnxNode n) {
    return isImage(n.input(0)) && isImage(n.output()) && n.input(1).isConstant();
  }

  private static boolean isImage(OnnxValue v) {
    return v.type() == ElementType.FLOAT32
        && v.rank() == 4
        && v.shape().subList(1, 4).stream().allMatch(d -> d.isKnown() && !d.equals(Dim.ZERO));
  }

  private static boolean isSimple(OnnxNode n) {
    long[] dilations = n.integers("dilations", 2, 1);
    return n.integer("group", 1) == 1
        && dilations[0] == 1
        && dilations[1] == 1
        && n.text("auto_pad", "NOTSET").equals("NOTSET")
        && n.input(1).rank() == 4
        && (n.input(2) == null || isPerChannel(n));
  }

  private static boolean isPerChannel(OnnxNode n) {
    return n.input(2).isConstant()
        && n.input(2).constant().size() == n.input(1).constant().dim(n.is("Conv") ? 0 : 1);
  }

  /** True if the output is larger than the input by a stride. */
  boolean enlarges() {
    return rows.stride() * columns.stride() > 1;
  }

  /** The weights as the convolution over all positions would count them. */
  float[] weights() {
    Tensor w = node.input(1).constant();
    float[] out = new float[w.size()];
    w.data().asFloatBuffer().get(out);
    return out;
  }

  /** Where a weight lies among {@link #weights}, by input and output channel and tap. */
  int at(int ci, int co, int ky, int kx) {
    int h = rows.kernel();
    int w = columns.kernel();
    return node.is("Conv")
        ? ((co * inChannels + ci) * h + h - 1 - ky) * w + w - 1 - kx
        : ((ci * outChannels + co) * h + ky) * w + kx;
  }

  /** The bias of an output channel. */
  float bias(int co) {
    return node.input(2) == null ? 0 : (float) node.input(2).constant().doubleAt(co);
  }
}
