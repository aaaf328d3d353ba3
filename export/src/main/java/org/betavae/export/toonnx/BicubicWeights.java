package org.betavae.export.toonnx;

import org.betavae.export.ElementType;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.Dim;
import org.betavae.export.onnx.OnnxValue;

/**
 * Bicubic resizing between known sizes as products with constant matrices, one for rows and one for
 * columns, with the weights that TensorFlow takes: cubic convolution looked up at 1,024 places
 * between two pixels.
 *
 * <p>Source: TensorFlow, {@code core/kernels/image/resize_bicubic_op.cc}.
 */
final class BicubicWeights {
  private static final int TABLE = 1024;
  private static final int TAPS = 4;

  private final float scale;
  private final boolean half;
  private final double a;

  private BicubicWeights(int from, int to, boolean corners, boolean half) {
    this.scale = corners && to > 1 ? (from - 1) / (float) (to - 1) : from / (float) to;
    this.half = half;
    this.a = half ? -0.5 : -0.75;
  }

  /**
   * The image {@code [n,c,h,w]} with other sizes.
   *
   * @param size the wanted height and width, {@code [2]}
   * @return null if a size is known at run time only
   */
  static OnnxValue resize(OnnxValue x, OnnxValue size, boolean corners, boolean half, Emitter out) {
    OnnxValue y = x;
    for (int i = 1; i >= 0; i--) {
      Dim from = out.dim(x, i + 2);
      Dim to = size.elements() == null ? null : size.elements().get(i);
      if (to == null || !to.isKnown() || !from.isKnown() || from.is(0)) {
        return null;
      }
    }
    for (int i = 1; i >= 0; i--) {
      int from = (int) out.dim(x, i + 2).value();
      int to = (int) size.elements().get(i).value();
      Tensor rows = new BicubicWeights(from, to, corners, half).matrix(from, to);
      y =
          i == 0
              ? out.emit("MatMul", out.constant(rows), y)
              : out.emit("MatMul", y, out.constant(rows.transpose(1, 0)));
    }
    return y;
  }

  /** Row i holds what each of the old pixels counts for new pixel i: {@code [to, from]}. */
  private Tensor matrix(int from, int to) {
    double[] all = new double[to * from];
    for (int i = 0; i < to; i++) {
      float at = half ? (i + 0.5f) * scale - 0.5f : i * scale;
      int pixel = (int) Math.floor(at);
      int place = (int) Math.rint((at - pixel) * TABLE);
      float[] weights = {far(place), near(place), near(TABLE - place), far(TABLE - place)};
      float sum = 0;
      for (int k = 0; k < TAPS; k++) {
        int wanted = pixel - 1 + k;
        // With half pixel centres what lies outside does not count; else the edge is repeated.
        if (half && (wanted < 0 || wanted >= from)) {
          weights[k] = 0;
        }
        sum += weights[k];
      }
      for (int k = 0; k < TAPS; k++) {
        int old = Math.max(0, Math.min(from - 1, pixel - 1 + k));
        all[i * from + old] += half ? weights[k] / sum : weights[k];
      }
    }
    return Tensor.ofDoubles(ElementType.FLOAT32, new long[] {to, from}, i -> all[i]);
  }

  /** Weight of a pixel less than one pixel away. */
  private float near(int place) {
    double x = (double) place / TABLE;
    return (float) (((a + 2) * x - (a + 3)) * x * x + 1);
  }

  /** Weight of a pixel between one and two pixels away. */
  private float far(int place) {
    double x = (double) place / TABLE + 1;
    return (float) (((a * x - 5 * a) * x + 8 * a) * x - 4 * a);
  }
}
