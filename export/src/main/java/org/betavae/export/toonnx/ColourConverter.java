package org.betavae.export.toonnx;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.onnx.OnnxValue;
import org.betavae.export.tf.TfNode;

/**
 * TF {@code RGBToHSV(x [..., 3])}, {@code HSVToRGB}, {@code AdjustHue(x, delta)}, {@code
 * AdjustSaturation(x, scale)} and {@code AdjustContrastv2(x [..., h, w, c], factor)}, which ONNX
 * lacks, as formulas.
 *
 * <p>Source: TensorFlow 2.18, {@code core/kernels/image/colorspace_op.h}.
 */
final class ColourConverter implements OpConverter {
  @Override
  public Set<String> tfOps() {
    return Set.of("RGBToHSV", "HSVToRGB", "AdjustHue", "AdjustSaturation", "AdjustContrastv2");
  }

  @Override
  public void convert(TfNode n, Emitter out) {
    OnnxValue x = out.in(0);
    switch (n.op()) {
      case "RGBToHSV" -> out.out(joined(hsv(x, out), out));
      case "HSVToRGB" -> out.out(rgb(split(x, out), out));
      case "AdjustHue" -> {
        List<OnnxValue> c = hsv(x, out);
        OnnxValue hue = out.emit("Add", c.get(0), out.in(1));
        OnnxValue turned = out.emit("Sub", hue, out.emit("Floor", hue));
        out.out(rgb(List.of(turned, c.get(1), c.get(2)), out));
      }
      case "AdjustSaturation" -> {
        List<OnnxValue> c = hsv(x, out);
        OnnxValue scaled = unit(out.emit("Mul", c.get(1), out.in(1)), out);
        out.out(rgb(List.of(c.get(0), scaled, c.get(2)), out));
      }
      default -> {
        int rank = out.rank(x);
        OnnxValue mean = out.reduce("ReduceMean", x, true, rank - 3, rank - 2);
        OnnxValue far = out.emit("Mul", out.emit("Sub", x, mean), out.cast(out.in(1), x.type()));
        out.out(out.emit("Add", far, mean));
      }
    }
  }

  private static List<OnnxValue> split(OnnxValue x, Emitter out) {
    long axis = out.rank(x) - 1L;
    return List.of(out.slice(x, axis, 0, 1), out.slice(x, axis, 1, 2), out.slice(x, axis, 2, 3));
  }

  private static OnnxValue joined(List<OnnxValue> channels, Emitter out) {
    return out.concat(out.rank(channels.get(0)) - 1L, channels);
  }

  /** Hue, saturation and value, each {@code [..., 1]}. */
  private static List<OnnxValue> hsv(OnnxValue x, Emitter out) {
    List<OnnxValue> c = split(x, out);
    OnnxValue zero = out.scalarLike(x, 0);
    OnnxValue one = out.scalarLike(x, 1);
    OnnxValue value = out.emit("Max", c.get(0), c.get(1), c.get(2));
    OnnxValue range = out.emit("Sub", value, out.emit("Min", c.get(0), c.get(1), c.get(2)));
    OnnxValue some = out.emit("Greater", range, zero);
    OnnxValue bright = out.emit("Greater", value, zero);
    OnnxValue saturation =
        out.emit(
            "Where", bright, out.emit("Div", range, out.emit("Where", bright, value, one)), zero);
    OnnxValue sixth =
        out.emit("Div", out.scalarLike(x, 1.0 / 6), out.emit("Where", some, range, one));
    OnnxValue ofRed = part(c.get(1), c.get(2), sixth, 0, out);
    OnnxValue ofGreen = part(c.get(2), c.get(0), sixth, 2.0 / 6, out);
    OnnxValue ofBlue = part(c.get(0), c.get(1), sixth, 4.0 / 6, out);
    OnnxValue other = out.emit("Where", out.emit("Equal", c.get(1), value), ofGreen, ofBlue);
    OnnxValue hue = out.emit("Where", out.emit("Equal", c.get(0), value), ofRed, other);
    OnnxValue coloured = out.emit("Where", some, hue, zero);
    OnnxValue turned =
        out.emit(
            "Where", out.emit("Less", coloured, zero), out.emit("Add", coloured, one), coloured);
    return List.of(turned, saturation, value);
  }

  private static OnnxValue part(
      OnnxValue a, OnnxValue b, OnnxValue sixth, double start, Emitter out) {
    return out.emit("Add", out.emit("Mul", out.emit("Sub", a, b), sixth), out.scalarLike(a, start));
  }

  /** {@code ((1 - s) + s * d) * v} for each colour's distance d to the hue. */
  private static OnnxValue rgb(List<OnnxValue> hsv, Emitter out) {
    OnnxValue h = out.emit("Mul", hsv.get(0), out.scalarLike(hsv.get(0), 6));
    OnnxValue three = distance(h, 3, out);
    OnnxValue red = unit(out.emit("Sub", three, out.scalarLike(h, 1)), out);
    OnnxValue green = unit(out.emit("Sub", out.scalarLike(h, 2), distance(h, 2, out)), out);
    OnnxValue blue = unit(out.emit("Sub", out.scalarLike(h, 2), distance(h, 4, out)), out);
    OnnxValue grey = out.emit("Sub", out.scalarLike(h, 1), hsv.get(1));
    OnnxValue tint = joined(List.of(red, green, blue), out);
    return out.emit("Mul", out.emit("Add", grey, out.emit("Mul", hsv.get(1), tint)), hsv.get(2));
  }

  private static OnnxValue distance(OnnxValue h, double from, Emitter out) {
    return out.emit("Abs", out.emit("Sub", h, out.scalarLike(h, from)));
  }

  private static OnnxValue unit(OnnxValue v, Emitter out) {
    return out.emit("Clip", Map.of(), v, out.scalarLike(v, 0), out.scalarLike(v, 1));
  }
}
