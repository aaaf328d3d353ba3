package org.betavae.export.totf;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.ElementType;
import org.betavae.export.onnx.Dim;

/**
 * ONNX {@code RoiAlign(X [N,C,H,W], rois [R,4], batch [R])}: regions of images sampled linearly.
 * What each pixel counts for a sample is a product of a part for its row and one for its column, so
 * both are matrices.
 *
 * <p>Source: He et al., Mask R-CNN, arXiv:1703.06870, and the ONNX operator specification,
 * RoiAlign.
 */
final class RoiAlignImporter implements OpImporter {
  /** Operator set 16 moved pixels by half of one, unless told otherwise. */
  private static final int HALF_PIXEL_SINCE = 16;

  /** More bins, or samples of one, than any model has along an axis. */
  private static final int MOST_SAMPLES = 4096;

  @Override
  public Set<String> onnxOps() {
    return Set.of("RoiAlign");
  }

  /**
   * What the two pixels around each sample of an axis count.
   *
   * @param low for the one before, {@code [rois, bins, samples, pixels]}
   * @param high for the one behind
   * @param used where a region has the sample, {@code [rois, 1, samples]}; null for everywhere
   * @param count of samples of each region, {@code [rois, 1, 1]}, or one for all
   */
  private record Samples(TfValue low, TfValue high, TfValue used, TfValue count) {}

  @Override
  public void convert(OnnxOp n, TfEmitter out) {
    TfValue x = out.plain(out.in(0));
    if (out.rank(x) != 4 || out.rank(out.in(1)) != 2) {
      throw out.fail("its inputs are " + x + " and " + out.in(1), "expected [N,C,H,W] and [R,4]");
    }
    String mode = n.text("mode", "avg");
    if (!Set.of("avg", "max").contains(mode)) {
      throw out.fail("its mode is " + mode, "expected avg or max");
    }
    Samples rows = samples(n, x, true, out);
    Samples columns = samples(n, x, false, out);
    TfValue images = images(x, out);
    out.out(
        mode.equals("avg")
            ? average(x, rows, columns, images, out)
            : greatest(x, rows, columns, images, out));
  }

  /** Which image each region is of, {@code [rois, N]} of 0 and 1. */
  private static TfValue images(TfValue x, TfEmitter out) {
    TfValue of = out.plain(out.cast(out.in(2), ElementType.INT32));
    TfValue number = out.unsqueeze(of, 1);
    TfValue all = AttentionImporter.range(x.shape().get(0), out);
    return out.cast(out.binary("Equal", number, all), x.type());
  }

  private static Samples samples(OnnxOp n, TfValue x, boolean rows, TfEmitter out) {
    int bins = (int) count(n, rows ? "output_height" : "output_width", 1, out);
    boolean half =
        n.text(
                "coordinate_transformation_mode",
                n.opset() >= HALF_PIXEL_SINCE ? "half_pixel" : "output_half_pixel")
            .equals("half_pixel");
    TfValue start = edge(n, rows ? 1 : 0, half, out);
    TfValue size = out.binary("Sub", edge(n, rows ? 3 : 2, half, out), start);
    if (!half) {
      size = out.binary("Maximum", size, out.scalarLike(size, 1));
    }
    TfValue bin = out.binary("RealDiv", size, out.scalarLike(size, bins));
    long ratio = count(n, "sampling_ratio", 0, out);
    TfValue count = ratio > 0 ? out.scalarLike(size, (double) ratio) : out.unary("Ceil", bin);
    TfValue s = out.cast(numbers(ratio, count, out), x.type());
    TfValue used = ratio > 0 ? null : out.binary("Less", s, count);
    count = out.binary("Maximum", count, out.scalarLike(count, 1));
    TfValue within = out.binary("AddV2", s, out.scalarLike(s, 0.5));
    within = out.binary("RealDiv", within, count);
    TfValue i = out.cast(AttentionImporter.range(Dim.of(bins), out), x.type());
    TfValue parts = out.binary("AddV2", out.reshape(i, bins, 1), within);
    TfValue places = out.binary("AddV2", out.binary("Mul", parts, bin), start);
    return around(places, x.shape().get(rows ? 2 : 3), used, count, out);
  }

  private static long count(OnnxOp n, String attribute, long least, TfEmitter out) {
    long count = n.integer(attribute, least);
    if (count < least || count > MOST_SAMPLES) {
      throw out.fail(attribute + " is " + count, "expected " + least + " to " + MOST_SAMPLES);
    }
    return count;
  }

  /** One edge of the regions in pixels, {@code [rois, 1, 1]}. */
  private static TfValue edge(OnnxOp n, int i, boolean half, TfEmitter out) {
    TfValue column = out.unsqueeze(out.plain(out.slice(out.in(1), 1, i, i + 1L)), 2);
    float scale = n.number("spatial_scale", 1);
    TfValue scaled = out.binary("Mul", column, out.scalarLike(column, scale));
    return half ? out.binary("Sub", scaled, out.scalarLike(column, 0.5)) : scaled;
  }

  /** Numbers of as many samples as any region has. */
  private static TfValue numbers(long ratio, TfValue count, TfEmitter out) {
    if (ratio > 0) {
      return AttentionImporter.range(Dim.of(ratio), out);
    }
    TfValue most = out.cast(out.reduce("Max", count, false, 0, 1, 2), ElementType.INT32);
    List<Dim> shape = List.of(out.freshDim());
    return out.node("Range", Map.of(), shape, out.integer(0), most, out.integer(1));
  }

  private static Samples around(
      TfValue places, Dim pixels, TfValue used, TfValue count, TfEmitter out) {
    TfValue size = out.cast(out.reshape(out.dimension(pixels), List.of()), places.type());
    TfValue last = out.binary("Sub", size, out.scalarLike(size, 1));
    TfValue zero = out.scalarLike(places, 0);
    TfValue counts =
        out.binary(
            "LogicalAnd",
            out.binary("GreaterEqual", places, out.scalarLike(places, -1)),
            out.binary("LessEqual", places, size));
    TfValue taken = used == null ? counts : out.binary("LogicalAnd", counts, used);
    TfValue inside = out.cast(taken, places.type());
    TfValue at = out.binary("Minimum", out.binary("Maximum", places, zero), last);
    TfValue floor = out.unary("Floor", at);
    TfValue far = out.binary("Sub", at, floor);
    TfValue near = out.binary("Sub", out.scalarLike(far, 1), far);
    TfValue next =
        out.binary("Minimum", out.binary("AddV2", floor, out.scalarLike(floor, 1)), last);
    TfValue all = out.cast(AttentionImporter.range(pixels, out), places.type());
    return new Samples(
        weighted(floor, all, out.binary("Mul", near, inside), out),
        weighted(next, all, out.binary("Mul", far, inside), out),
        used,
        count);
  }

  private static TfValue weighted(TfValue at, TfValue all, TfValue weight, TfEmitter out) {
    TfValue hit = out.binary("Equal", out.unsqueeze(at, 3), all);
    return out.binary("Mul", out.cast(hit, weight.type()), out.unsqueeze(weight, 3));
  }

  private static TfValue average(
      TfValue x, Samples rows, Samples columns, TfValue images, TfEmitter out) {
    TfValue y = mean(rows, out);
    TfValue z = mean(columns, out);
    return product(
        List.of("rn,rph->rpnh", "rpnh,nchw->rpcw", "rpcw,rqw->rcpq"), images, y, x, z, out);
  }

  /** What each pixel counts in each bin, {@code [rois, bins, pixels]}. */
  private static TfValue mean(Samples s, TfEmitter out) {
    TfValue both = out.binary("AddV2", s.low, s.high);
    return out.binary("RealDiv", out.reduce("Sum", both, false, 2), s.count);
  }

  /** The largest of the four products that a linear sample is made of, as the standard has it. */
  private static TfValue greatest(
      TfValue x, Samples rows, Samples columns, TfValue images, TfEmitter out) {
    List<String> steps = List.of("rn,rpsh->rpsnh", "rpsnh,nchw->rpscw", "rpscw,rqtw->rcpqst");
    TfValue most = null;
    for (TfValue y : List.of(rows.low, rows.high)) {
      for (TfValue z : List.of(columns.low, columns.high)) {
        TfValue value = product(steps, images, y, x, z, out);
        most = most == null ? value : out.binary("Maximum", most, value);
      }
    }
    most = hidden(most, rows.used, 4, out);
    return out.reduce("Max", hidden(most, columns.used, 5, out), false, 4, 5);
  }

  /** The values, least where a region has no sample along an axis. */
  private static TfValue hidden(TfValue v, TfValue used, int axis, TfEmitter out) {
    if (used == null) {
      return v;
    }
    List<Dim> spread = new ArrayList<>(Collections.nCopies(6, Dim.ONE));
    spread.set(0, used.shape().get(0));
    spread.set(axis, used.shape().get(2));
    TfValue none = out.scalarLike(v, Double.NEGATIVE_INFINITY);
    return out.broadcasting("SelectV2", Map.of(), out.reshape(used, spread), v, none);
  }

  private static TfValue product(
      List<String> steps, TfValue images, TfValue y, TfValue x, TfValue z, TfEmitter out) {
    TfValue first = einsum(steps.get(0), images, y, out);
    return einsum(steps.get(2), einsum(steps.get(1), first, x, out), z, out);
  }

  private static TfValue einsum(String equation, TfValue a, TfValue b, TfEmitter out) {
    String[] sides = equation.split(",|->", -1);
    List<Dim> shape = new ArrayList<>();
    for (char c : sides[2].toCharArray()) {
      int at = sides[0].indexOf(c);
      shape.add(at >= 0 ? a.shape().get(at) : b.shape().get(sides[1].indexOf(c)));
    }
    return out.node("Einsum", Map.of("equation", equation), shape, a, b);
  }
}
