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
 * and cubic a product with a matrix; what is known at run time only is left to {@link
 * RuntimeResize}.
 */
final class ResizeImporter implements OpImporter {
  /** Operator set 11 gave Resize its coordinate transformations. */
  private static final int TRANSFORMS_SINCE = 11;

  /** Of a matrix from old pixels to new ones; larger ones are not made before running. */
  private static final int MOST_ELEMENTS = 1 << 25;

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
    boolean known =
        scales != null
            && isModerate(resizedSizes(x, scales, settings.isCrop()), scales)
            && !(settings.isCrop() && !out.in(1).isConstant());
    out.out(known ? known(n, x, scales, settings, out) : atRunTime(n, x, scales, settings, out));
  }

  /** True if sizes are known, and a matrix from the old pixels of an axis to the new ones fits. */
  private static boolean isModerate(List<Dim> sizes, double[] scales) {
    double most = Arrays.stream(scales).max().orElse(1);
    return sizes.stream()
        .allMatch(d -> d.isKnown() && most * d.value() * d.value() <= MOST_ELEMENTS);
  }

  private static TfValue known(
      OnnxOp n, TfValue x, double[] scales, ResizeAxis.Settings settings, TfEmitter out) {
    List<ResizeAxis> axes = axes(n, x, scales, settings, out);
    TfValue y = resized(x, axes, settings, out);
    return settings.isCrop() ? extrapolated(y, axes, n.number("extrapolation_value", 0), out) : y;
  }

  private static TfValue atRunTime(
      OnnxOp n, TfValue x, double[] scales, ResizeAxis.Settings settings, TfEmitter out) {
    TfValue own = scales == null ? null : ImageResize.byFactors(x, scales, settings, out);
    if (own != null) {
      return own;
    }
    TfValue given = scalesOf(n, out);
    int[] axes = axes(n, x.rank(), out);
    return new RuntimeResize(n, out, settings, axes).of(x, given, given == null ? out.in(3) : null);
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

  private static List<Dim> resizedSizes(TfValue x, double[] scales, boolean all) {
    List<Dim> sizes = new ArrayList<>();
    for (int i = 0; i < scales.length; i++) {
      if (scales[i] != 1 || all) {
        sizes.add(x.shape().get(i));
      }
    }
    return sizes;
  }

  /** A factor for each axis, 1 for those that stay; null if they are not known. */
  private static double[] scales(OnnxOp n, TfValue x, int rank, TfEmitter out) {
    double[] all = new double[rank];
    Arrays.fill(all, 1);
    int[] axes = axes(n, rank, out);
    TfValue scales = scalesOf(n, out);
    if (scales != null) {
      for (int i = 0; scales.isConstant() && i < axes.length; i++) {
        all[axes[i]] = scales.constant().doubleAt(i);
      }
      return scales.isConstant() ? all : null;
    }
    List<Dim> sizes = out.in(3).elements();
    if (sizes == null) {
      return null;
    }
    if (sizes.size() != axes.length) {
      throw out.fail("it has " + sizes.size() + " sizes", "expected " + axes.length);
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
        return null;
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

  /** The factors as given, for the axes that are named; null where sizes are given instead. */
  private static TfValue scalesOf(OnnxOp n, TfEmitter out) {
    if (n.has("scales")) {
      float[] given = n.numbers("scales");
      return out.constant(Tensor.floats(new long[] {given.length}, given));
    }
    TfValue v = out.optional(n.is("Upsample") || n.opset() < TRANSFORMS_SINCE ? 1 : 2);
    if (v == null || (v.isConstant() && v.constant().size() == 0)) {
      return null;
    }
    return v;
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
      boolean crop = at >= 0 && settings.isCrop();
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
    TfValue own = ImageResize.known(x, axes, settings, out);
    if (own != null) {
      return own;
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
}
