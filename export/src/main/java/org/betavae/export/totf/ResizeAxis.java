package org.betavae.export.totf;

import org.betavae.export.ElementType;
import org.betavae.export.Tensor;

/**
 * How one axis of ONNX {@code Resize} is sampled.
 *
 * <p>Source: the ONNX operator specification, Resize.
 *
 * @param from size before
 * @param to size after
 * @param scale of the two, as given
 * @param start of the region, as a part of the axis; 0 but for cropping
 * @param end of the region; 1 but for cropping
 * @param settings of the node
 */
record ResizeAxis(int from, int to, double scale, double start, double end, Settings settings) {
  /**
   * What holds for all axes.
   *
   * @param transform coordinate_transformation_mode
   * @param mode nearest, linear or cubic
   * @param nearest nearest_mode
   * @param cubic cubic_coeff_a
   * @param antialias whether making smaller averages over more pixels
   * @param excludeOutside whether what lies outside counts nothing
   */
  record Settings(
      String transform,
      String mode,
      String nearest,
      double cubic,
      boolean antialias,
      boolean excludeOutside) {
    /** Whether a region is cut out, with a value of its own for what lies outside. */
    boolean isCrop() {
      return transform.equals("tf_crop_and_resize");
    }
  }

  /** Where pixel i of the result lies in the old image. */
  double place(int i) {
    return switch (settings.transform) {
      case "align_corners" -> to == 1 ? 0 : i * (from - 1.0) / (to - 1.0);
      case "asymmetric" -> i / scale;
      case "pytorch_half_pixel" -> to > 1 ? (i + 0.5) / scale - 0.5 : 0;
      case "tf_half_pixel_for_nn" -> (i + 0.5) / scale;
      case "tf_crop_and_resize" ->
          to > 1
              ? start * (from - 1) + i * (end - start) * (from - 1) / (to - 1)
              : 0.5 * (start + end) * (from - 1);
      case "half_pixel_symmetric" -> {
        double adjustment = to / (scale * from);
        yield from / 2.0 * (1 - adjustment) + (i + 0.5) / scale - 0.5;
      }
      default -> (i + 0.5) / scale - 0.5;
    };
  }

  /** True if a pixel lies outside of the old image. */
  boolean isOutside(int i) {
    return place(i) < 0 || place(i) > from - 1;
  }

  /** The old pixel that each new one takes. */
  int[] nearest() {
    int[] out = new int[to];
    for (int i = 0; i < to; i++) {
      // As float32, in which runtimes compute, so that halves fall to the same side.
      double x = (float) place(i);
      double at =
          switch (settings.nearest) {
            case "floor" -> Math.floor(x);
            case "ceil" -> Math.ceil(x);
            case "round_prefer_ceil" -> Math.floor(x + 0.5);
            default -> Math.ceil(x - 0.5);
          };
      out[i] = (int) Math.max(0, Math.min(from - 1, at));
    }
    return out;
  }

  /** Row i holds what each of the old pixels counts for new pixel i, {@code [to, from]}. */
  Tensor matrix(ElementType type) {
    double[] all = new double[Math.multiplyExact(to, from)];
    for (int i = 0; i < to; i++) {
      row(i, all);
    }
    return Tensor.ofDoubles(type, new long[] {to, from}, k -> all[k]);
  }

  private void row(int i, double[] all) {
    double x = place(i);
    double floor = Math.floor(x);
    boolean cubic = settings.mode.equals("cubic");
    double squeeze = settings.antialias ? Math.min(scale, 1) : 1;
    int reach = (int) Math.ceil((cubic ? 2 : 1) / squeeze);
    double[] weights = new double[2 * reach];
    double sum = 0;
    for (int k = 0; k < weights.length; k++) {
      double at = floor - reach + 1 + k;
      double distance = Math.abs((at - x) * squeeze);
      weights[k] = cubic ? cubic(distance) : Math.max(0, 1 - distance);
      if (settings.excludeOutside && (at < 0 || at > from - 1)) {
        weights[k] = 0;
      }
      sum += weights[k];
    }
    boolean normalise = settings.antialias || settings.excludeOutside;
    for (int k = 0; k < weights.length; k++) {
      int at = (int) Math.max(0, Math.min(from - 1, floor - reach + 1 + k));
      all[i * from + at] += normalise ? weights[k] / sum : weights[k];
    }
  }

  /** Keys' cubic convolution, IEEE Trans. ASSP 29, 1981. */
  private double cubic(double x) {
    double a = settings.cubic;
    if (x < 1) {
      return ((a + 2) * x - (a + 3)) * x * x + 1;
    }
    return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0;
  }

  /** The old pixels that TensorFlow's operator takes. */
  int[] tfNearest(boolean half) {
    float ratio = from / (float) to;
    int[] out = new int[to];
    for (int i = 0; i < to; i++) {
      double at = half ? Math.floor((i + 0.5f) * ratio) : Math.floor(i * ratio);
      out[i] = (int) Math.min(at, from - 1);
    }
    return out;
  }

  /** Whether TensorFlow's bilinear operator counts pixels in the same way. */
  boolean isTfLinear(boolean corners, boolean half) {
    String transform = corners ? "align_corners" : half ? "half_pixel" : "asymmetric";
    Settings plain = new Settings(transform, "linear", "floor", 0, false, false);
    Tensor theirs =
        new ResizeAxis(from, to, to / (double) from, 0, 1, plain).matrix(ElementType.FLOAT32);
    Tensor ours = matrix(ElementType.FLOAT32);
    for (int i = 0; i < ours.size(); i++) {
      if (Math.abs(ours.doubleAt(i) - theirs.doubleAt(i)) > 1e-6) {
        return false;
      }
    }
    return true;
  }
}
