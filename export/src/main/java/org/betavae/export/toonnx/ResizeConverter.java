package org.betavae.export.toonnx;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.Dim;
import org.betavae.export.onnx.OnnxValue;
import org.betavae.export.tf.TfNode;

/**
 * TF {@code ResizeNearestNeighbor(x [n,h,w,c], size [2])}, {@code ResizeBilinear} and {@code
 * ResizeBicubic} to ONNX {@code Resize}; bicubic between known sizes to two {@code MatMul}s, since
 * ONNX Runtime's kernel cannot make images smaller and TensorFlow's rounds its weights.
 *
 * <p>Nearest: TensorFlow takes floor(i s) by default, round(i s) with aligned corners, floor((i +
 * ½) s) with half pixel centres. Bicubic: its coefficient is -0.75 by default and -0.5, with
 * weights outside the image left out, for half pixel centres. Source: TensorFlow, {@code
 * core/kernels/image/resize_*_op.cc}.
 */
final class ResizeConverter implements OpConverter {
  @Override
  public Set<String> tfOps() {
    return Set.of("ResizeNearestNeighbor", "ResizeBilinear", "ResizeBicubic");
  }

  @Override
  public String notCovered(String tfOp) {
    return tfOp.equals("ResizeBicubic") ? "smaller sizes known only at run time" : "";
  }

  @Override
  public void convert(TfNode n, Emitter out) {
    Layout layout = new Layout(true, 2);
    OnnxValue image = out.in(0);
    ElementType result =
        n.op().equals("ResizeNearestNeighbor") ? image.type() : ElementType.FLOAT32;
    ElementType through =
        image.type().isFloat() && n.op().equals("ResizeNearestNeighbor")
            ? image.type()
            : ElementType.FLOAT32;
    OnnxValue x = layout.toOnnx(out.cast(image, through), out);
    boolean half = n.flag("half_pixel_centers");
    boolean corners = n.flag("align_corners");
    if (n.op().equals("ResizeBicubic")) {
      OnnxValue y = BicubicWeights.resize(x, out.in(1), corners, half, out);
      if (y != null) {
        out.out(layout.toTf(y, out));
        return;
      }
    }
    Map<String, Object> attributes = new LinkedHashMap<>();
    attributes.put(
        "coordinate_transformation_mode",
        corners ? "align_corners" : half ? "half_pixel" : "asymmetric");
    switch (n.op()) {
      case "ResizeNearestNeighbor" -> {
        attributes.put("mode", "nearest");
        attributes.put("nearest_mode", corners || half ? "round_prefer_ceil" : "floor");
      }
      case "ResizeBilinear" -> attributes.put("mode", "linear");
      default -> {
        attributes.put("mode", "cubic");
        attributes.put("cubic_coeff_a", half ? -0.5f : -0.75f);
        attributes.put("exclude_outside", half ? 1L : 0L);
      }
    }
    out.out(layout.toTf(out.cast(resize(x, out.in(1), attributes, out), result), out));
  }

  private static OnnxValue resize(
      OnnxValue x, OnnxValue size, Map<String, Object> attributes, Emitter out) {
    float[] scales = scales(x, size, out);
    if (scales != null) {
      return out.emit(
          "Resize", attributes, x, null, out.constant(Tensor.floats(new long[] {4}, scales)));
    }
    OnnxValue target = out.cast(size, ElementType.INT64);
    // Not by the attribute axes of operator set 18: ONNX Runtime 1.29 moves Transposes past such a
    // Resize wrongly.
    OnnxValue all =
        out.emit("Concat", Map.of("axis", 0L), out.slice(out.shapeOf(x), 0, 0, 2), target);
    return out.emit("Resize", attributes, x, null, null, all);
  }

  /**
   * Factors for sizes that are multiples of one another, which leave the batch free; null for
   * others.
   */
  private static float[] scales(OnnxValue x, OnnxValue size, Emitter out) {
    float[] scales = {1, 1, 1, 1};
    for (int i = 0; i < 2; i++) {
      Dim from = out.dim(x, i + 2);
      Dim to = size.elements() == null ? null : size.elements().get(i);
      if (to == null || from.is(0)) {
        return null;
      }
      Dim up = to.exactlyOver(from);
      Dim down = from.exactlyOver(to);
      if (up != null && up.isKnown()) {
        scales[i + 2] = up.value();
      } else if (down != null && down.isKnown() && from.isKnown()) {
        scales[i + 2] = 1f / down.value();
        if ((long) Math.floor(from.value() * scales[i + 2]) != to.value()) {
          return null;
        }
      } else {
        return null;
      }
    }
    return scales;
  }
}
