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
    Map<String, Object> attributes = new HashMap<>();
    attributes.put("strides", Window.attribute(step));
    TfValue in = ConvImporter.bordered(x, dense, attributes, out);
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
}
