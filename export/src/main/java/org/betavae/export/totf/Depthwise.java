package org.betavae.export.totf;

import java.util.HashMap;
import java.util.Map;
import org.betavae.export.onnx.Dim;

/**
 * Convolutions of every channel by itself. TensorFlow's operator knows neither dilation nor
 * different strides: the kernel gets zeros in its gaps, and of all places every n-th is taken.
 */
final class Depthwise {
  private Depthwise() {}

  /**
   * Convolves.
   *
   * @param x {@code [N,H,W,C]}
   * @param w {@code [kh,kw,1,M]} with a multiple of C kernels, those of a channel side by side
   */
  static TfValue convolve(TfValue x, TfValue w, Window window, TfEmitter out) {
    long channels = out.size(x, 3);
    long[] size = Shapes.known(w.shape());
    TfValue kernel = out.reshape(w, size[0], size[1], channels, size[3] / channels);
    kernel = ConvImporter.spread(kernel, window.dilations(), out);
    int[] strides = window.strides();
    boolean even = strides[0] == strides[1];
    int[] step = even ? strides : new int[] {1, 1};
    Window dense =
        new Window(
            new int[] {window.reach(0), window.reach(1)},
            step,
            new int[] {1, 1},
            window.before(),
            window.after(),
            window.same() && even);
    boolean bordered = !dense.isValid() && !isSame(dense, x);
    TfValue in = bordered ? padded(x, dense, out) : x;
    Map<String, Object> attributes = new HashMap<>();
    attributes.put("strides", Window.attribute(step));
    attributes.put("padding", bordered || dense.isValid() ? "VALID" : "SAME");
    TfValue y =
        out.node(
            "DepthwiseConv2dNative",
            attributes,
            ConvImporter.shape(x, dense, Dim.of(size[3])),
            out.plain(in),
            kernel);
    return even
        ? y
        : out.strided(
            y,
            Map.of(
                1, new long[] {0, Long.MAX_VALUE, strides[0]},
                2, new long[] {0, Long.MAX_VALUE, strides[1]}));
  }

  /** True if the paddings are those that TensorFlow's SAME works out. */
  private static boolean isSame(Window window, TfValue x) {
    boolean same = true;
    for (int i = 0; i < 2 && !window.same(); i++) {
      int step = window.strides()[i];
      Dim size = x.shape().get(i + 1);
      long in = size.orElse(1);
      long total = Math.max(0, ((in + step - 1) / step - 1) * step + window.reach(i) - in);
      same &= size.isKnown() || step == 1;
      same &= window.before()[i] == total / 2 && window.after()[i] == total - total / 2;
    }
    return same;
  }

  /**
   * Zeros around the image. The attribute EXPLICIT would say the same, but TensorFlow 2.18 loses it
   * where it fuses the operator with a bias and an activation, and then ends the whole process.
   */
  private static TfValue padded(TfValue x, Window window, TfEmitter out) {
    long[] before = {0, window.before()[0], window.before()[1], 0};
    long[] after = {0, window.after()[0], window.after()[1], 0};
    return out.padZeros(x, before, after);
  }
}
