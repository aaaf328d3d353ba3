package org.betavae.export.totf;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.Dim;

/**
 * ONNX {@code Resize} whose sizes are known at run time only: the graph computes which old pixels
 * each new one takes and what they count, then gathers and adds them up along one axis after the
 * other. The formulas are those of {@link ResizeAxis}.
 */
final class RuntimeResize {
  private final OnnxOp n;
  private final TfEmitter out;
  private final ResizeAxis.Settings settings;
  private final int[] axes;

  /**
   * What is known of one axis at run time, all numbers without dimensions, of float64.
   *
   * @param to dimension of the result
   * @param from size before
   * @param size after
   * @param scale of the two, as given
   * @param start of the region, as a part of the axis; null but for cropping
   * @param end of the region, likewise
   */
  private record Axis(
      Dim to, TfValue from, TfValue size, TfValue scale, TfValue start, TfValue end) {}

  /**
   * A node at hand.
   *
   * @param axes that its scales or sizes are for
   */
  RuntimeResize(OnnxOp n, TfEmitter out, ResizeAxis.Settings settings, int[] axes) {
    this.n = n;
    this.out = out;
    this.settings = settings;
    this.axes = axes;
  }

  /**
   * The input resized.
   *
   * @param scales one for each axis; null where sizes are given instead
   * @param sizes one for each axis; null where scales are given
   */
  TfValue of(TfValue x, TfValue scales, TfValue sizes) {
    List<Axis> all = scales != null ? scaled(x, scales) : sized(x, sizes);
    TfValue y = x;
    for (int i = 0; i < axes.length; i++) {
      if (all.get(i) != null) {
        y = resized(y, axes[i], all.get(i));
      }
    }
    for (int i = 0; settings.isCrop() && i < axes.length; i++) {
      y = extrapolated(y, axes[i], all.get(i));
    }
    return y;
  }

  /** The axes, null for those that stay as they are. */
  private List<Axis> scaled(TfValue x, TfValue scales) {
    Tensor known = scales.isConstant() ? scales.constant() : null;
    List<Axis> all = new ArrayList<>();
    for (int i = 0; i < axes.length; i++) {
      if (known != null && known.doubleAt(i) == 1 && !settings.isCrop()) {
        all.add(null);
        continue;
      }
      TfValue from = from(x, i);
      TfValue scale = element(scales, i);
      // As much as float32 loses of a scale that is meant to give a whole number.
      TfValue size = out.unary("Floor", plus(times(from, scale), 1e-6));
      all.add(axis(out.freshDim(), from, size, scale, i));
    }
    return all;
  }

  private List<Axis> sized(TfValue x, TfValue sizes) {
    String policy = n.text("keep_aspect_ratio_policy", "stretch");
    boolean stretch = policy.equals("stretch");
    List<Dim> elements =
        sizes.elements() != null && stretch
            ? sizes.elements()
            : Collections.nCopies(axes.length, null);
    List<TfValue> scales = new ArrayList<>();
    for (int i = 0; i < axes.length; i++) {
      scales.add(out.binary("RealDiv", element(sizes, i), from(x, i)));
    }
    TfValue one = scales.get(0);
    for (TfValue s : scales) {
      one = out.binary(policy.equals("not_larger") ? "Minimum" : "Maximum", one, s);
    }
    List<Axis> all = new ArrayList<>();
    for (int i = 0; i < axes.length; i++) {
      if (x.shape().get(axes[i]).equals(elements.get(i)) && !settings.isCrop()) {
        all.add(null);
        continue;
      }
      TfValue from = from(x, i);
      TfValue kept = out.unary("Floor", plus(times(one, from), 0.5));
      Dim to = elements.get(i) == null ? out.freshDim() : elements.get(i);
      all.add(axis(to, from, stretch ? element(sizes, i) : kept, stretch ? scales.get(i) : one, i));
    }
    return all;
  }

  private Axis axis(Dim to, TfValue from, TfValue size, TfValue scale, int i) {
    boolean crop = settings.isCrop();
    return new Axis(
        to,
        from,
        size,
        scale,
        crop ? element(out.in(1), i) : null,
        crop ? element(out.in(1), i + axes.length) : null);
  }

  private TfValue from(TfValue x, int i) {
    TfValue size = out.reshape(out.dimension(x.shape().get(axes[i])), new long[0]);
    return out.cast(size, ElementType.FLOAT64);
  }

  private TfValue element(TfValue vector, int i) {
    TfValue one = out.reshape(out.slice(out.plain(vector), 0, i, i + 1L), new long[0]);
    return out.cast(one, ElementType.FLOAT64);
  }

  private TfValue resized(TfValue v, int axis, Axis a) {
    if (v.isTransposed()) {
      TfValue.Reordered r = v.reordered();
      return out.transpose(resized(r.base(), r.perm()[axis], a), r.perm());
    }
    TfValue x = out.plain(v);
    TfValue places = places(a);
    if (settings.mode().equals("nearest")) {
      return out.gather(x, inside(nearest(places), a), axis);
    }
    TfValue column = out.reshape(places, List.of(a.to, Dim.ONE));
    TfValue at = taps(column, a);
    TfValue taken = out.gather(x, inside(at, a), axis);
    List<Dim> spread = new ArrayList<>(at.shape());
    spread.addAll(Collections.nCopies(x.rank() - axis - 1, Dim.ONE));
    TfValue weights = out.cast(weights(at, column, a), x.type());
    TfValue weighted = out.binary("Mul", taken, out.reshape(weights, spread));
    return out.reduce("Sum", weighted, false, axis + 1);
  }

  /** Where each new pixel lies in the old image, {@code [to]}. */
  private TfValue places(Axis a) {
    TfValue count = out.cast(a.size, ElementType.INT32);
    TfValue numbers =
        out.node("Range", Map.of(), List.of(a.to), out.integer(0), count, out.integer(1));
    TfValue i = out.cast(numbers, ElementType.FLOAT64);
    TfValue gaps = out.binary("Maximum", plus(a.size, -1), number(1));
    TfValue last = plus(a.from, -1);
    TfValue half = plus(out.binary("RealDiv", plus(i, 0.5), a.scale), -0.5);
    return switch (settings.transform()) {
      case "align_corners" -> out.binary("RealDiv", times(i, last), gaps);
      case "asymmetric" -> out.binary("RealDiv", i, a.scale);
      case "pytorch_half_pixel" -> ifSeveral(a, half, number(0));
      case "tf_half_pixel_for_nn" -> plus(half, 0.5);
      case "tf_crop_and_resize" -> {
        TfValue step = times(out.binary("Sub", a.end, a.start), last);
        TfValue from = times(a.start, last);
        TfValue many = out.binary("AddV2", from, out.binary("RealDiv", times(i, step), gaps));
        TfValue both = out.binary("AddV2", a.start, a.end);
        yield ifSeveral(a, many, times(times(both, last), number(0.5)));
      }
      case "half_pixel_symmetric" -> {
        TfValue adjustment = out.binary("RealDiv", a.size, times(a.scale, a.from));
        TfValue lost = out.binary("Sub", number(1), adjustment);
        yield out.binary("AddV2", times(times(a.from, number(0.5)), lost), half);
      }
      default -> half;
    };
  }

  private TfValue ifSeveral(Axis a, TfValue then, TfValue otherwise) {
    TfValue several = out.binary("Greater", a.size, number(1));
    return out.broadcasting("SelectV2", Map.of(), several, then, otherwise);
  }

  private TfValue nearest(TfValue places) {
    // By way of float32, in which runtimes compute, so that halves fall to the same side.
    TfValue x = out.cast(out.cast(places, ElementType.FLOAT32), ElementType.FLOAT64);
    return switch (settings.nearest()) {
      case "floor" -> out.unary("Floor", x);
      case "ceil" -> out.unary("Ceil", x);
      case "round_prefer_ceil" -> out.unary("Floor", plus(x, 0.5));
      default -> out.unary("Ceil", plus(x, -0.5));
    };
  }

  /** Pixels around each place, those outside too, {@code [to, taps]}. */
  private TfValue taps(TfValue column, Axis a) {
    int reach = settings.mode().equals("cubic") ? 2 : 1;
    TfValue floor = out.unary("Floor", column);
    if (!settings.antialias()) {
      Tensor near =
          Tensor.ofDoubles(ElementType.FLOAT64, new long[] {2L * reach}, k -> k + 1 - reach);
      return out.binary("AddV2", floor, out.constant(near));
    }
    TfValue far = out.unary("Ceil", out.binary("RealDiv", number(reach), squeeze(a)));
    TfValue whole = out.cast(far, ElementType.INT32);
    TfValue near =
        out.node(
            "Range",
            Map.of(),
            List.of(out.freshDim()),
            out.binary("Sub", out.integer(1), whole),
            out.binary("AddV2", whole, out.integer(1)),
            out.integer(1));
    return out.binary("AddV2", floor, out.cast(near, ElementType.FLOAT64));
  }

  private TfValue squeeze(Axis a) {
    return settings.antialias() ? out.binary("Minimum", a.scale, number(1)) : number(1);
  }

  /** What the pixels count, {@code [to, taps]}. */
  private TfValue weights(TfValue at, TfValue column, Axis a) {
    TfValue distance = out.unary("Abs", times(out.binary("Sub", at, column), squeeze(a)));
    TfValue weights =
        settings.mode().equals("cubic")
            ? cubic(distance)
            : out.binary("Maximum", out.binary("Sub", number(1), distance), number(0));
    if (settings.excludeOutside()) {
      TfValue in = out.binary("Equal", at, clipped(at, a));
      weights = times(weights, out.cast(in, ElementType.FLOAT64));
    }
    return settings.excludeOutside() || settings.antialias()
        ? out.binary("RealDiv", weights, out.reduce("Sum", weights, true, 1))
        : weights;
  }

  private TfValue cubic(TfValue d) {
    double a = settings.cubic();
    TfValue near = plus(times(times(plus(times(d, number(a + 2)), -a - 3), d), d), 1);
    TfValue far = plus(times(plus(times(plus(times(d, number(a)), -5 * a), d), 8 * a), d), -4 * a);
    TfValue rest =
        out.broadcasting("SelectV2", Map.of(), out.binary("Less", d, number(2)), far, number(0));
    return out.broadcasting("SelectV2", Map.of(), out.binary("Less", d, number(1)), near, rest);
  }

  private TfValue clipped(TfValue at, Axis a) {
    return out.binary("Maximum", out.binary("Minimum", at, plus(a.from, -1)), number(0));
  }

  private TfValue inside(TfValue at, Axis a) {
    return out.cast(clipped(at, a), ElementType.INT32);
  }

  private TfValue extrapolated(TfValue y, int axis, Axis a) {
    TfValue places = places(a);
    TfValue outside = out.binary("NotEqual", places, clipped(places, a));
    List<Dim> spread = new ArrayList<>(Collections.nCopies(y.rank(), Dim.ONE));
    spread.set(axis, a.to);
    TfValue value = out.scalarLike(y, n.number("extrapolation_value", 0));
    return out.broadcasting("SelectV2", Map.of(), out.reshape(outside, spread), value, y);
  }

  private TfValue number(double value) {
    return out.scalar(ElementType.FLOAT64, value);
  }

  private TfValue plus(TfValue v, double number) {
    return out.binary("AddV2", v, number(number));
  }

  private TfValue times(TfValue a, TfValue b) {
    return out.binary("Mul", a, b);
  }
}
