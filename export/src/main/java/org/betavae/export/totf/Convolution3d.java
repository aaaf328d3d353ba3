package org.betavae.export.totf;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.betavae.export.onnx.Dim;

/** Convolutions over three dimensions as sums of convolutions over two, one for each layer. */
final class Convolution3d {
  private Convolution3d() {}

  /**
   * Convolves.
   *
   * @param x {@code [N,D,H,W,C]}
   * @param w {@code [kd,kh,kw,C/group,M]}
   */
  static TfValue convolve(TfValue x, TfValue w, Window window, int group, TfEmitter out) {
    if (window.same() && !x.shape().get(1).isKnown()) {
      throw out.fail(
          "auto_pad is SAME_UPPER and its depth is " + x.shape().get(1), "expected a number");
    }
    TfValue padded =
        out.padZeros(
            x,
            new long[] {0, window.before()[0], 0, 0, 0},
            new long[] {0, window.after()[0], 0, 0, 0});
    Window flat = layer(window);
    int stride = window.strides()[0];
    Dim depth = padded.shape().get(1).plus(-window.reach(0)).floorOver(Dim.of(stride)).plus(1);
    TfValue sum = null;
    for (int k = 0; k < window.kernel()[0]; k++) {
      TfValue part = layers(padded, k, window, depth, out);
      List<Dim> shape = part.shape();
      Dim images = shape.get(0).times(shape.get(1));
      List<Dim> merged = new ArrayList<>(List.of(images));
      merged.addAll(shape.subList(2, 5));
      TfValue kernel = out.squeeze(out.slice(w, 0, k, k + 1L), 0);
      TfValue y = ConvImporter.flat(out.reshape(part, merged), kernel, flat, group, out);
      List<Dim> apart = new ArrayList<>(List.of(shape.get(0), depth));
      apart.addAll(y.shape().subList(1, 4));
      TfValue term = out.reshape(y, apart);
      sum = sum == null ? term : out.binary("AddV2", sum, term);
    }
    return sum;
  }

  /** What layer k of the kernel sees: every stride-th layer of the input. */
  private static TfValue layers(TfValue x, int k, Window window, Dim depth, TfEmitter out) {
    long start = (long) k * window.dilations()[0];
    int stride = window.strides()[0];
    Dim size = x.shape().get(1);
    long end =
        size.isKnown()
            ? start + (depth.value() - 1) * stride + 1
            : start - window.reach(0) + 1 == 0 ? Long.MAX_VALUE : start - window.reach(0) + 1;
    TfValue part = out.strided(x, Map.of(1, new long[] {start, end, stride}));
    return part.shape().get(1).equals(depth)
        ? part
        : TfValue.of(out.output(part), part.type(), Shapes.with(part.shape(), 1, depth));
  }

  private static Window layer(Window w) {
    return new Window(
        new int[] {w.kernel()[1], w.kernel()[2]},
        new int[] {w.strides()[1], w.strides()[2]},
        new int[] {w.dilations()[1], w.dilations()[2]},
        new long[] {w.before()[1], w.before()[2]},
        new long[] {w.after()[1], w.after()[2]},
        w.same());
  }
}
