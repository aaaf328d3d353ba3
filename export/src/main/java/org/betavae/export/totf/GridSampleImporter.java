package org.betavae.export.totf;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.ElementType;
import org.betavae.export.onnx.Dim;

/** ONNX {@code GridSample(X [N,C,H,W], grid [N,h,w,2])}, in 3 dimensions, too, by gathers. */
final class GridSampleImporter implements OpImporter {
  private static final double CUBIC = -0.75;

  @Override
  public Set<String> onnxOps() {
    return Set.of("GridSample");
  }

  @Override
  public void convert(OnnxOp n, TfEmitter out) {
    TfValue x = out.in(0);
    int spatial = out.rank(x) - 2;
    String mode =
        n.text("mode", "linear").replace("bilinear", "linear").replace("bicubic", "cubic");
    if (spatial < 1 || spatial > 3 || (mode.equals("cubic") && spatial != 2)) {
      throw out.fail("its input is " + x + ", its mode " + mode, "expected 1 to 3 dimensions");
    }
    Sampler s =
        new Sampler(
            out,
            out.plain(out.transpose(x, Shapes.toChannelsLast(x.rank()))),
            mode,
            n.text("padding_mode", "zeros"),
            n.flag("align_corners", false));
    TfValue y = s.sample(out.plain(out.in(1)));
    out.out(out.transpose(y, Shapes.toChannelsFirst(x.rank())));
  }

  /** Samples {@code [N, spatial..., C]}. */
  private record Sampler(TfEmitter out, TfValue x, String mode, String padding, boolean corners) {
    TfValue sample(TfValue grid) {
      int spatial = x.rank() - 2;
      List<TfValue> at = new ArrayList<>();
      for (int i = 0; i < spatial; i++) {
        // The grid gives the last dimension first.
        int k = spatial - 1 - i;
        TfValue g = out.squeeze(out.slice(grid, grid.rank() - 1, k, k + 1L), grid.rank() - 1);
        at.add(place(g, size(i)));
      }
      TfValue sum = null;
      int taps = mode.equals("nearest") ? 1 : mode.equals("linear") ? 2 : 4;
      int count = (int) Math.pow(taps, spatial);
      for (int c = 0; c < count; c++) {
        TfValue weight = null;
        List<TfValue> pixel = new ArrayList<>();
        int rest = c;
        for (int i = 0; i < spatial; i++) {
          int tap = rest % taps;
          rest /= taps;
          TfValue base = base(at.get(i));
          int offset = taps == 4 ? tap - 1 : tap;
          pixel.add(plus(base, offset));
          if (taps > 1) {
            TfValue w = weight(minus(at.get(i), base), tap, taps);
            weight = weight == null ? w : out.binary("Mul", weight, w);
          }
        }
        TfValue seen = gather(pixel);
        TfValue term =
            weight == null ? seen : out.binary("Mul", seen, out.unsqueeze(weight, weight.rank()));
        sum = sum == null ? term : out.binary("AddV2", sum, term);
      }
      return sum;
    }

    private int size(int i) {
      return out.size(x, i + 1);
    }

    private TfValue base(TfValue at) {
      return mode.equals("nearest") ? out.unary("Rint", at) : out.unary("Floor", at);
    }

    /** -1 to 1 as a pixel, brought inside where the padding does so. */
    private TfValue place(TfValue g, int size) {
      TfValue at =
          corners
              ? times(plus(g, 1), (size - 1) / 2.0)
              : times(plus(times(plus(g, 1), size), -1), 0.5);
      if (mode.equals("cubic") || padding.equals("zeros")) {
        return at;
      }
      return inside(at, size);
    }

    private TfValue inside(TfValue at, int size) {
      TfValue v = at;
      if (padding.equals("reflection")) {
        double low = corners ? 0 : -0.5;
        double span = corners ? size - 1 : size;
        TfValue from = out.unary("Abs", plus(at, -low));
        TfValue twice = out.scalarLike(at, Math.max(1e-9, 2 * span));
        TfValue round =
            out.binary("Mul", out.unary("Floor", out.binary("RealDiv", from, twice)), twice);
        TfValue rest = minus(from, round);
        TfValue back = minus(twice, rest);
        v = plus(out.binary("Minimum", rest, back), low);
      }
      TfValue high = out.scalarLike(v, size - 1);
      return out.binary("Minimum", out.binary("Maximum", v, out.scalarLike(v, 0)), high);
    }

    private TfValue weight(TfValue part, int tap, int taps) {
      if (taps == 2) {
        return tap == 0 ? minus(out.scalarLike(part, 1), part) : part;
      }
      TfValue d = out.unary("Abs", plus(part, 1 - tap));
      TfValue square = out.binary("Mul", d, d);
      if (tap == 1 || tap == 2) {
        TfValue inner = plus(times(d, CUBIC + 2), -(CUBIC + 3));
        return plus(out.binary("Mul", inner, square), 1);
      }
      TfValue inner = plus(out.binary("Mul", plus(times(d, CUBIC), -5 * CUBIC), d), 8 * CUBIC);
      return plus(out.binary("Mul", inner, d), -4 * CUBIC);
    }

    private TfValue gather(List<TfValue> pixel) {
      int spatial = pixel.size();
      TfValue index = null;
      TfValue valid = null;
      for (int i = 0; i < spatial; i++) {
        TfValue p = pixel.get(i);
        TfValue in = p;
        if (mode.equals("cubic") && !padding.equals("zeros")) {
          in = inside(p, size(i));
        } else if (padding.equals("zeros")) {
          TfValue high = out.scalarLike(p, size(i) - 1);
          TfValue ok =
              out.binary(
                  "LogicalAnd",
                  out.binary("GreaterEqual", p, out.scalarLike(p, 0)),
                  out.binary("LessEqual", p, high));
          valid = valid == null ? ok : out.binary("LogicalAnd", valid, ok);
        }
        TfValue high = out.scalarLike(p, size(i) - 1);
        in = out.binary("Minimum", out.binary("Maximum", in, out.scalarLike(p, 0)), high);
        TfValue whole = out.cast(in, ElementType.INT32);
        index =
            index == null
                ? whole
                : out.binary("AddV2", out.binary("Mul", index, out.integer(size(i))), whole);
      }
      long pixels = 1;
      for (int i = 0; i < spatial; i++) {
        pixels *= size(i);
      }
      TfValue first = AttentionImporter.range(x.shape().get(0), out);
      first = out.binary("Mul", first, out.integer(pixels));
      int[] axes = new int[spatial];
      for (int i = 0; i < spatial; i++) {
        axes[i] = i + 1;
      }
      index = out.binary("AddV2", index, out.unsqueeze(first, axes));
      Dim channels = x.shape().get(x.rank() - 1);
      TfValue flat = out.reshape(x, List.of(x.shape().get(0).times(pixels), channels));
      TfValue seen = out.gather(flat, index, 0);
      if (valid == null) {
        return seen;
      }
      TfValue shown = out.unsqueeze(out.plain(valid), spatial + 1);
      return out.broadcasting("SelectV2", Map.of(), shown, seen, out.scalarLike(x, 0));
    }

    private TfValue plus(TfValue v, double number) {
      return number == 0 ? v : out.binary("AddV2", v, out.scalarLike(v, number));
    }

    private TfValue minus(TfValue a, TfValue b) {
      return out.binary("Sub", a, b);
    }

    private TfValue times(TfValue v, double by) {
      return out.binary("Mul", v, out.scalarLike(v, by));
    }
  }
}
