package org.betavae.export.toonnx;

import java.util.Set;
import java.util.function.DoubleUnaryOperator;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.OnnxValue;
import org.betavae.export.tf.TfNode;

/**
 * TF {@code ScaleAndTranslate(x [n,h,w,c], size, scale, translation)} and {@code ResizeArea(x,
 * size)}, which {@code tf.image.resize} takes for Lanczos, Gauss, Mitchell and area kernels and
 * where it smooths, to two {@code MatMul} with the weights of rows and columns: each result is a
 * weighted sum of pixels whose weights follow from the sizes alone.
 *
 * <p>Source: TensorFlow 2.18, {@code core/kernels/image/scale_and_translate_op.cc}, {@code
 * sampling_kernels.h} and {@code resize_area_op.cc}.
 */
final class SampledResizeConverter implements OpConverter {
  private static final String AREA = "ResizeArea";

  @Override
  public Set<String> tfOps() {
    return Set.of("ScaleAndTranslate", AREA);
  }

  @Override
  public String notCovered(String tfOp) {
    return "sizes known only at run time";
  }

  @Override
  public void convert(TfNode n, Emitter out) {
    OnnxValue x = out.cast(out.in(0), ElementType.FLOAT32);
    long[] size = out.known(1, "the size");
    Tensor[] weights = new Tensor[2];
    for (int i = 0; i < 2; i++) {
      if (!out.dim(x, 1 + i).isKnown()) {
        throw out.fail(
            "its images are " + x.shape(),
            "expected a known height and width. Give them by the option inputShapes"
                + " (--input-shapes)");
      }
      int from = (int) out.dim(x, 1 + i).value();
      weights[i] =
          n.op().equals(AREA)
              ? area(from, (int) size[i], n.flag("align_corners"))
              : sampled(n, i, from, (int) size[i], out);
    }
    OnnxValue wide = out.emit("MatMul", out.constant(weights[1]), x);
    long channels = out.dim(x, 3).orElse(-1);
    long row = channels < 0 ? -1 : channels * size[1];
    OnnxValue rows = out.reshape(wide, 0, 0, row);
    OnnxValue made = out.emit("MatMul", out.constant(weights[0]), rows);
    out.out(out.reshape(made, 0, size[0], size[1], channels));
  }

  private static Tensor matrix(double[][] weights) {
    int columns = weights[0].length;
    return Tensor.ofDoubles(
        ElementType.FLOAT32,
        new long[] {weights.length, columns},
        i -> weights[i / columns][i % columns]);
  }

  private static Tensor sampled(TfNode n, int axis, int from, int to, Emitter out) {
    for (int i = 2; i < 4; i++) {
      out.known(i, i == 2 ? "the scale" : "the translation");
    }
    float scale = (float) out.in(2).constant().doubleAt(axis);
    float inverse = 1 / scale;
    float shift = -inverse * (float) out.in(3).constant().doubleAt(axis);
    String kind = n.text("kernel_type", "lanczos3");
    double wide = n.flag("antialias") || !n.has("antialias") ? Math.max(inverse, 1) : 1;
    double radius = radius(kind, out);
    DoubleUnaryOperator kernel = kernel(kind, radius);
    double[][] weights = new double[to][from];
    for (int y = 0; y < to; y++) {
      float at = (y + 0.5f) * inverse + shift;
      if (at < 0 || at > from) {
        continue;
      }
      int first = clamp(Math.ceil(at - radius * wide - 0.5), from);
      int last = clamp(Math.floor(at + radius * wide - 0.5), from);
      double total = 0;
      for (int s = first; s <= last; s++) {
        weights[y][s] = kernel.applyAsDouble(Math.abs((s + 0.5 - at) / wide));
        total += weights[y][s];
      }
      for (int s = first; s <= last && Math.abs(total) >= 1000 * Float.MIN_NORMAL; s++) {
        weights[y][s] /= total;
      }
    }
    return matrix(weights);
  }

  private static int clamp(double at, int size) {
    return (int) Math.max(0, Math.min(at, size - 1.0));
  }

  private static double radius(String kind, Emitter out) {
    return switch (kind) {
      case "lanczos1", "box", "triangle" -> 1;
      case "lanczos3" -> 3;
      case "lanczos5" -> 5;
      case "gaussian" -> 1.5;
      case "keyscubic", "mitchellcubic" -> 2;
      default ->
          throw out.fail(
              "its kernel_type is '" + kind + "'",
              "expected lanczos1, lanczos3, lanczos5, gaussian, box, triangle, keyscubic or"
                  + " mitchellcubic");
    };
  }

  private static DoubleUnaryOperator kernel(String kind, double radius) {
    return switch (kind) {
      case "gaussian" ->
          x -> x >= radius ? 0 : Math.exp(-x * x / (2 * (radius / 3) * (radius / 3)));
      case "box" -> x -> x < 0.5 ? 1 : x == 0.5 ? 0.5 : 0;
      case "triangle" -> x -> Math.max(0, 1 - x);
      case "keyscubic" -> x -> cubic(x, 1.5, -2.5, 1, -0.5, 2.5, -4, 2);
      case "mitchellcubic" ->
          x -> cubic(x, 7 / 6.0, -2, 8 / 9.0, -7 / 18.0, 2, -10 / 3.0, 16 / 9.0);
      default -> x -> lanczos(x, radius);
    };
  }

  /** One polynomial up to 1 and another up to 2; the first has no linear term. */
  private static double cubic(
      double x, double a3, double a2, double a0, double b3, double b2, double b1, double b0) {
    if (x >= 2) {
      return 0;
    }
    return x >= 1 ? ((b3 * x + b2) * x + b1) * x + b0 : (a3 * x + a2) * x * x + a0;
  }

  private static double lanczos(double x, double radius) {
    if (x > radius) {
      return 0;
    }
    if (x <= 1e-3) {
      return 1;
    }
    double at = Math.PI * x;
    return radius * Math.sin(at) * Math.sin(at / radius) / (at * at);
  }

  /** Each result is the mean of the area that it covers. */
  private static Tensor area(int from, int to, boolean corners) {
    float scale = corners && to > 1 ? (from - 1) / (float) (to - 1) : from / (float) to;
    double[][] weights = new double[to][from];
    for (int y = 0; y < to; y++) {
      float start = y * scale;
      float end = (y + 1) * scale;
      for (int s = (int) Math.floor(start); s < Math.ceil(end); s++) {
        double covered = Math.min(end, s + 1) - Math.max(start, s);
        weights[y][clamp(s, from)] += covered / scale;
      }
    }
    return matrix(weights);
  }
}
