package org.betavae.export.totf;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.Dim;

/**
 * ONNX {@code Resize} and {@code Upsample}. Where TensorFlow's operators on {@code [N,H,W,C]}
 * sample in the same way they are taken; else nearest becomes a gather along each axis, and linear
 * and cubic a product with a matrix.
 */
final class ResizeImporter implements OpImporter {
  /** Operator set 11 gave Resize its coordinate transformations. */
  private static final int TRANSFORMS_SINCE = 11;

  @Override
  public Set<String> onnxOps() {
    return Set.of("Resize", "Upsample");
  }

  @Override
  public void convert(OnnxOp n, TfEmitter out) {
    TfValue x = out.in(0);
    int rank = out.rank(x);
    ResizeAxis.Settings settings = settings(n);
    double[] scales = scales(n, x, rank, out);
    if (!Shapes.isKnown(resizedSizes(x, scales))) {
      out.out(free(x, scales, settings, out));
      return;
    }
    List<ResizeAxis> axes = axes(n, x, scales, settings, out);
    TfValue y = resized(x, axes, settings, out);
    out.out(
        settings.transform().equals("tf_crop_and_resize")
            ? extrapolated(y, axes, n.number("extrapolation_value", 0), out)
            : y);
  }

  private static ResizeAxis.Settings settings(OnnxOp n) {
    boolean old = n.is("Upsample") || n.opset() < TRANSFORMS_SINCE;
    String mode = n.text("mode", "nearest");
    return new ResizeAxis.Settings(
        old ? "asymmetric" : n.text("coordinate_transformation_mode", "half_pixel"),
        mode.equals("bilinear") ? "linear" : mode,
        old ? "floor" : n.text("nearest_mode", "round_prefer_floor"),
        n.number("cubic_coeff_a", -0.75f),
        n.flag("antialias", false),
        n.flag("exclude_outside", false));
  }

  private static List<Dim> resizedSizes(TfValue x, double[] scales) {
    List<Dim> sizes = new ArrayList<>();
    for (int i = 0; i < scales.length; i++) {
      if (scales[i] != 1) {
        sizes.add(x.shape().get(i));
      }
    }
    return sizes;
  }

  /** A factor for each axis, 1 for those that stay. */
  private static double[] scales(OnnxOp n, TfValue x, int rank, TfEmitter out) {
    double[] all = new double[rank];
    Arrays.fill(all, 1);
    int[] axes = axes(n, rank, out);
    Tensor scales = scalesOf(n, out);
    if (scales != null) {
      for (int i = 0; i < scales.size() && i < axes.length; i++) {
        all[axes[i]] = scales.doubleAt(i);
      }
      return all;
    }
    List<Dim> sizes = out.in(3).elements();
    if (sizes == null || sizes.size() != axes.length) {
      throw out.fail("its sizes are computed at run time", "expected known ones");
    }
    for (int i = 0; i < axes.length; i++) {
      Dim from = x.shape().get(axes[i]);
      Dim to = sizes.get(i);
      if (from.equals(to)) {
        continue;
      }
      Dim ratio = to.exactlyOver(from);
      if (ratio != null && ratio.isKnown()) {
        all[axes[i]] = ratio.value();
      } else if (from.isKnown() && to.isKnown()) {
        all[axes[i]] = to.value() / (double) from.value();
      } else {
        throw out.fail("it resizes " + from + " to " + to, "expected known sizes");
      }
    }
    return kept(n, axes, all);
  }

  /** One factor for all axes where the ratio of the sizes is to be kept. */
  private static double[] kept(OnnxOp n, int[] axes, double[] scales) {
    String policy = n.text("keep_aspect_ratio_policy", "stretch");
    if (!policy.equals("stretch")) {
      double[] of = Arrays.stream(axes).mapToDouble(a -> scales[a]).toArray();
      double one =
          policy.equals("not_larger")
              ? Arrays.stream(of).min().orElse(1)
              : Arrays.stream(of).max().orElse(1);
      for (int a : axes) {
        scales[a] = one;
      }
    }
    return scales;
  }

  private static int[] axes(OnnxOp n, int rank, TfEmitter out) {
    long[] axes = n.integers("axes");
    return axes == null
        ? Shapes.range(rank)
        : Arrays.stream(axes).mapToInt(a -> out.axis(a, rank)).toArray();
  }

  private static Tensor scalesOf(OnnxOp n, TfEmitter out) {
    if (n.has("scales")) {
      float[] given = n.numbers("scales");
      return Tensor.floats(new long[] {given.length}, given);
    }
    TfValue v = out.optional(n.is("Upsample") || n.opset() < TRANSFORMS_SINCE ? 1 : 2);
    if (v == null || (v.isConstant() && v.constant().size() == 0)) {
      return null;
    }
    if (!v.isConstant()) {
      throw out.fail("its scales are computed at run time", "expected constants");
    }
    return v.constant();
  }

  private static List<ResizeAxis> axes(
      OnnxOp n, TfValue x, double[] scales, ResizeAxis.Settings settings, TfEmitter out) {
    boolean sizes = scalesOf(n, out) == null;
    boolean keep = !n.text("keep_aspect_ratio_policy", "stretch").equals("stretch");
    int[] named = axes(n, scales.length, out);
    List<ResizeAxis> axes = new ArrayList<>();
    for (int i = 0; i < scales.length; i++) {
      int axis = i;
      int at = Arrays.stream(named).boxed().toList().indexOf(axis);
      boolean crop = at >= 0 && settings.transform().equals("tf_crop_and_resize");
      if (at < 0 || (scales[i] == 1 && !crop)) {
        axes.add(null);
        continue;
      }
      int from = out.size(x, i);
      double wanted = from * scales[i];
      int to =
          (int) (sizes && !keep ? out.in(3).elements().get(at).value() : Math.floor(wanted + 1e-6));
      if (sizes && keep) {
        to = (int) Math.floor(wanted + 0.5);
      }
      Tensor roi = crop ? out.in(1).constant() : null;
      double start = roi == null ? 0 : roi.doubleAt(at);
      double end = roi == null ? 1 : roi.doubleAt(at + named.length);
      axes.add(new ResizeAxis(from, to, scales[i], start, end, settings));
    }
    return axes;
  }

  private static TfValue resized(
      TfValue x, List<ResizeAxis> axes, ResizeAxis.Settings settings, TfEmitter out) {
    TfValue native2d = ofTensorFlow(x, axes, settings, out);
    if (native2d != null) {
      return native2d;
    }
    TfValue y = x;
    for (int i = 0; i < axes.size(); i++) {
      if (axes.get(i) != null) {
        y =
            settings.mode().equals("nearest")
                ? gathered(y, i, axes.get(i).nearest(), out)
                : product(y, i, axes.get(i).matrix(x.type()), out);
      }
    }
    return y;
  }

  /** TensorFlow's own operator on images, where it samples in the same way; null elsewhere. */
  private static TfValue ofTensorFlow(
      TfValue x, List<ResizeAxis> axes, ResizeAxis.Settings settings, TfEmitter out) {
    boolean image = x.rank() == 4 && axes.get(0) == null && axes.get(1) == null;
    List<ResizeAxis> two = image ? axes.subList(2, 4) : List.of();
    if (!image || two.contains(null) || settings.mode().equals("cubic")) {
      return null;
    }
    for (boolean half : new boolean[] {false, true}) {
      if (settings.mode().equals("nearest")
          && two.stream().allMatch(a -> Arrays.equals(a.nearest(), a.tfNearest(half)))) {
        return ofTensorFlow("ResizeNearestNeighbor", x, two, false, half, out);
      }
      for (boolean corners : new boolean[] {false, true}) {
        if (settings.mode().equals("linear")
            && x.type() == ElementType.FLOAT32
            && !(half && corners)
            && two.stream().allMatch(a -> a.isTfLinear(corners, half))) {
          return ofTensorFlow("ResizeBilinear", x, two, corners, half, out);
        }
      }
    }
    return null;
  }

  private static TfValue ofTensorFlow(
      String op, TfValue x, List<ResizeAxis> axes, boolean corners, boolean half, TfEmitter out) {
    TfValue last = out.plain(out.transpose(x, 0, 2, 3, 1));
    List<Dim> shape = new ArrayList<>(last.shape());
    shape.set(1, Dim.of(axes.get(0).to()));
    shape.set(2, Dim.of(axes.get(1).to()));
    TfValue y =
        out.node(
            op,
            Map.of("align_corners", corners, "half_pixel_centers", half),
            shape,
            last,
            out.ints(axes.get(0).to(), axes.get(1).to()));
    return out.transpose(y, 0, 3, 1, 2);
  }

  private static TfValue gathered(TfValue x, int axis, int[] at, TfEmitter out) {
    if (x.isTransposed()) {
      TfValue.Reordered r = x.reordered();
      return out.transpose(gathered(r.base(), r.perm()[axis], at, out), r.perm());
    }
    return out.gather(out.plain(x), out.ints(at), axis);
  }

  private static TfValue product(TfValue x, int axis, Tensor matrix, TfEmitter out) {
    if (x.isTransposed()) {
      TfValue.Reordered r = x.reordered();
      return out.transpose(product(r.base(), r.perm()[axis], matrix, out), r.perm());
    }
    StringBuilder in = new StringBuilder();
    for (int i = 0; i < x.rank(); i++) {
      in.append((char) ('a' + i));
    }
    char old = in.charAt(axis);
    String made = in.toString().replace(old, 'z');
    return out.node(
        "Einsum",
        Map.of("equation", in + ",z" + old + "->" + made),
        Shapes.with(x.shape(), axis, Dim.of(matrix.dim(0))),
        out.plain(x),
        out.constant(matrix));
  }

  private static TfValue extrapolated(
      TfValue y, List<ResizeAxis> axes, float value, TfEmitter out) {
    TfValue result = y;
    for (int axis = 0; axis < axes.size(); axis++) {
      ResizeAxis a = axes.get(axis);
      if (a == null) {
        continue;
      }
      long[] shape = new long[y.rank()];
      Arrays.fill(shape, 1);
      shape[axis] = a.to();
      Tensor outside = Tensor.ofLongs(ElementType.BOOL, shape, i -> a.isOutside(i) ? 1 : 0);
      result =
          out.broadcasting(
              "SelectV2", Map.of(), out.constant(outside), out.scalarLike(y, value), result);
    }
    return result;
  }

  /** Images of sizes that are known at run time only, by whole factors. */
  private static TfValue free(
      TfValue x, double[] scales, ResizeAxis.Settings settings, TfEmitter out) {
    boolean whole = Arrays.stream(scales).allMatch(s -> s >= 1 && s == Math.rint(s));
    boolean nearest =
        settings.mode().equals("nearest")
            && settings.transform().equals("asymmetric")
            && settings.nearest().equals("floor");
    boolean linear =
        settings.mode().equals("linear")
            && settings.transform().equals("half_pixel")
            && x.type() == ElementType.FLOAT32;
    if (x.rank() != 4 || scales[0] != 1 || scales[1] != 1 || !whole || !(nearest || linear)) {
      throw out.fail(
          "its input is " + x,
          "expected known sizes. Give the inputs' shapes by the option inputShapes");
    }
    TfValue last = out.plain(out.transpose(x, 0, 2, 3, 1));
    List<Dim> shape = new ArrayList<>(last.shape());
    TfValue size = out.shapeVector(shape.subList(1, 3));
    size = out.binary("Mul", size, out.constantInts((long) scales[2], (long) scales[3]));
    shape.set(1, shape.get(1).times((long) scales[2]));
    shape.set(2, shape.get(2).times((long) scales[3]));
    TfValue y =
        out.node(
            nearest ? "ResizeNearestNeighbor" : "ResizeBilinear",
            Map.of("half_pixel_centers", linear),
            shape,
            last,
            size);
    return out.transpose(y, 0, 3, 1, 2);
  }
}
