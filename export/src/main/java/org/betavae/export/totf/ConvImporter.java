package org.betavae.export.totf;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.onnx.Dim;

/**
 * ONNX {@code Conv(X [N,C,spatial...], W [M,C/group,kernel...], B [M])} to TF {@code Conv2D} and
 * {@code DepthwiseConv2dNative} on {@code [N,H,W,C]}. One dimension is computed as two, three as a
 * sum of convolutions of two, since TensorFlow's native library has no gradient of Conv3D.
 */
final class ConvImporter implements OpImporter {
  @Override
  public Set<String> onnxOps() {
    return Set.of("Conv");
  }

  @Override
  public void convert(OnnxOp n, TfEmitter out) {
    TfValue x = out.in(0);
    TfValue w = out.in(1);
    int group = Math.toIntExact(n.integer("group", 1));
    int spatial = out.rank(w) - 2;
    int[] kernel = new int[spatial];
    for (int i = 0; i < spatial; i++) {
      kernel[i] = out.size(w, i + 2);
    }
    if (spatial < 1 || spatial > 3) {
      throw out.fail("it has " + spatial + " spatial dimensions", "expected 1 to 3");
    }
    checkChannels(x, w, group, out);
    Window window = Window.of(n, x, kernel, out);
    int[] last = Shapes.toChannelsLast(spatial + 2);
    TfValue y = convolve(out.transpose(x, last), kernelLast(w, out), window, group, out);
    if (out.has(2)) {
      y = GemmImporter.addBias(out, y, out.in(2));
    }
    out.out(out.transpose(y, Shapes.toChannelsFirst(spatial + 2)));
  }

  private static void checkChannels(TfValue x, TfValue w, int group, TfEmitter out) {
    Dim channels = out.dim(x, 1);
    if (group < 1
        || out.size(w, 0) % group != 0
        || (channels.isKnown() && channels.value() != (long) group * out.size(w, 1))) {
      throw out.fail(
          "its input is " + x + ", its weights " + w + ", its groups " + group,
          "expected the channels of a group times the groups");
    }
  }

  /** [M, C, kernel...] to [kernel..., C, M]. */
  static TfValue kernelLast(TfValue w, TfEmitter out) {
    int rank = w.rank();
    int[] perm = new int[rank];
    for (int i = 0; i < rank - 2; i++) {
      perm[i] = i + 2;
    }
    perm[rank - 2] = 1;
    perm[rank - 1] = 0;
    return out.transpose(w, perm);
  }

  /**
   * Convolves.
   *
   * @param x {@code [N, spatial..., C]}
   * @param w {@code [kernel..., C/group, M]}
   */
  static TfValue convolve(TfValue x, TfValue w, Window window, int group, TfEmitter out) {
    return switch (window.kernel().length) {
      case 1 -> {
        TfValue y =
            flat(out.unsqueeze(x, 1), out.unsqueeze(w, 0), window.withLeadingOne(), group, out);
        yield out.squeeze(y, 1);
      }
      case 2 -> flat(x, w, window, group, out);
      default -> Convolution3d.convolve(x, w, window, group, out);
    };
  }

  /** Two spatial dimensions. */
  static TfValue flat(TfValue x, TfValue w, Window window, int group, TfEmitter out) {
    if (group == 1) {
      return plain(x, w, window, out);
    }
    int channels = out.size(w, 2) * group;
    return group == channels
        ? Depthwise.convolve(x, w, window, out)
        : grouped(x, w, window, group, out);
  }

  private static TfValue plain(TfValue x, TfValue w, Window window, TfEmitter out) {
    boolean steps = Arrays.stream(window.strides()).anyMatch(s -> s > 1);
    if (window.isDilated() && !steps) {
      return DilatedConvolution.convolve(x, w, window, out);
    }
    TfValue kernel = spread(w, window.dilations(), out);
    Map<String, Object> attributes = new HashMap<>();
    attributes.put("strides", Window.attribute(window.strides()));
    TfValue in = bordered(x, window, attributes, out);
    return out.node(
        "Conv2D", attributes, shape(x, window, w.shape().get(3)), out.plain(in), kernel);
  }

  /**
   * The input with zeros around it where the attribute padding, which is set, cannot say them. It
   * is not EXPLICIT, which TensorFlow 2.18 loses where it takes the gradient, and where it fuses a
   * depthwise convolution with what follows, and then ends the whole process.
   */
  static TfValue bordered(TfValue x, Window window, Map<String, Object> attributes, TfEmitter out) {
    boolean same = !window.isValid() && window.isTfSame(x);
    attributes.put("padding", same ? "SAME" : "VALID");
    if (same || window.isValid()) {
      return x;
    }
    long[] before = {0, window.before()[0], window.before()[1], 0};
    long[] after = {0, window.after()[0], window.after()[1], 0};
    return out.padZeros(out.plain(x), before, after);
  }

  /** The attribute padding, and explicit ones where they are not nothing. */
  static void padding(Map<String, Object> attributes, Window window) {
    attributes.put("padding", window.same() ? "SAME" : window.isValid() ? "VALID" : "EXPLICIT");
    if (!window.same() && !window.isValid()) {
      attributes.put("explicit_paddings", window.explicitPaddings());
    }
  }

  /** {@code [N, result..., channels]} of an input that has its channels last. */
  static List<Dim> shape(TfValue x, Window window, Dim channels) {
    List<Dim> shape = new ArrayList<>();
    shape.add(x.shape().get(0));
    for (int i = 0; i < window.kernel().length; i++) {
      shape.add(window.size(i, x.shape().get(i + 1)));
    }
    shape.add(channels);
    return shape;
  }

  /** One convolution for each group, since TensorFlow cannot train grouped ones on a processor. */
  private static TfValue grouped(TfValue x, TfValue w, Window window, int group, TfEmitter out) {
    int in = out.size(w, 2);
    int made = out.size(w, 3) / group;
    List<TfValue> parts = new ArrayList<>();
    for (int g = 0; g < group; g++) {
      TfValue part = out.slice(x, 3, (long) g * in, (long) (g + 1) * in);
      TfValue kernel = out.slice(w, 3, (long) g * made, (long) (g + 1) * made);
      parts.add(plain(part, kernel, window, out));
    }
    return out.concat(3, parts);
  }

  /** The kernel with zeros in its gaps, for operators that know no dilation. */
  static TfValue spread(TfValue w, int[] dilations, TfEmitter out) {
    if (Arrays.stream(dilations).allMatch(d -> d == 1)) {
      return w;
    }
    List<Dim> apart = new ArrayList<>();
    List<Dim> joined = new ArrayList<>();
    int rank = w.rank();
    int spatial = dilations.length;
    long[] after = new long[2 * spatial + rank - spatial];
    Map<Integer, long[]> ends = new HashMap<>();
    for (int i = 0; i < rank; i++) {
      Dim d = w.shape().get(i);
      apart.add(d);
      if (i < spatial) {
        apart.add(Dim.ONE);
        after[2 * i + 1] = dilations[i] - 1L;
        ends.put(i, new long[] {0, (d.value() - 1) * dilations[i] + 1, 1});
        joined.add(d.times(dilations[i]));
      } else {
        joined.add(d);
      }
    }
    TfValue gaps = out.padZeros(out.reshape(w, apart), new long[after.length], after);
    return out.strided(out.reshape(gaps, joined), ends);
  }
}
