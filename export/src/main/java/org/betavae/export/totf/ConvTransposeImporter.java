package org.betavae.export.totf;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.onnx.Dim;

/**
 * ONNX {@code ConvTranspose(X [N,C,spatial...], W [C,M/group,kernel...], B [M])} to TF {@code
 * Conv2DBackpropInput} on {@code [N,H,W,C]}; three dimensions to a sum of those of two, since
 * TensorFlow's native library has no gradient of Conv3DBackpropInputV2.
 */
final class ConvTransposeImporter implements OpImporter {
  @Override
  public Set<String> onnxOps() {
    return Set.of("ConvTranspose");
  }

  @Override
  public void convert(OnnxOp n, TfEmitter out) {
    TfValue x = out.in(0);
    TfValue w = out.in(1);
    int spatial = out.rank(w) - 2;
    int group = Math.toIntExact(n.integer("group", 1));
    if (spatial < 1 || spatial > 3 || out.rank(x) != spatial + 2 || group < 1) {
      throw out.fail("its input is " + x + ", its weights " + w, "expected 1 to 3 dimensions");
    }
    Dim channels = out.dim(x, 1);
    if (channels.isKnown() && channels.value() != out.size(w, 0)) {
      throw out.fail("its input is " + x + ", its weights " + w, "expected equal channels");
    }
    Upsampling up = Upsampling.of(n, x, w, out);
    TfValue last = out.transpose(x, Shapes.toChannelsLast(spatial + 2));
    TfValue kernel = ConvImporter.kernelLast(w, out);
    kernel = ConvImporter.spread(kernel, up.dilations(), out);
    List<TfValue> parts = new ArrayList<>();
    int size = out.size(w, 0) / group;
    for (int g = 0; g < group; g++) {
      TfValue in =
          group == 1 ? last : out.slice(last, spatial + 1, (long) g * size, (g + 1L) * size);
      TfValue k =
          group == 1 ? kernel : out.slice(kernel, spatial + 1, (long) g * size, (g + 1L) * size);
      parts.add(up.apply(in, k, out));
    }
    TfValue y = out.concat(spatial + 1, parts);
    if (out.has(2)) {
      y = GemmImporter.addBias(out, y, out.in(2));
    }
    out.out(out.transpose(y, Shapes.toChannelsFirst(spatial + 2)));
  }

  /**
   * How far a kernel spreads each element.
   *
   * @param strides steps
   * @param dilations distances between the kernel's elements
   * @param before what is cut off at the start
   * @param after what is cut off at the end
   * @param sizes of the result
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared; the arrays are read in loops
  private record Upsampling(
      int[] strides, int[] dilations, long[] before, long[] after, List<Dim> sizes) {
    static Upsampling of(OnnxOp n, TfValue x, TfValue w, TfEmitter out) {
      int count = w.rank() - 2;
      long[] strides = n.integers("strides", count, 1);
      long[] dilations = n.integers("dilations", count, 1);
      long[] more = n.integers("output_padding", count, 0);
      long[] pads = n.integers("pads", 2 * count, 0);
      long[] wanted = n.integers("output_shape");
      String auto = n.text("auto_pad", "NOTSET");
      long[] before = new long[count];
      long[] after = new long[count];
      List<Dim> sizes = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        Dim in = out.dim(x, i + 2);
        long reach = (out.size(w, i + 2) - 1L) * dilations[i] + 1;
        Dim full = in.plus(-1).times(strides[i]).plus(reach + more[i]);
        before[i] = auto.equals("NOTSET") ? pads[i] : 0;
        after[i] = auto.equals("NOTSET") ? pads[i + count] : 0;
        if (wanted != null || auto.startsWith("SAME")) {
          Dim size =
              wanted != null ? Dim.of(wanted[wanted.length - count + i]) : in.times(strides[i]);
          Dim total = full.minus(size);
          if (!total.isKnown()) {
            throw out.fail("its input is " + x, "expected known sizes beside output_shape");
          }
          long all = Math.max(0, total.value());
          before[i] = auto.equals("SAME_UPPER") ? all / 2 : all - all / 2;
          after[i] = total.value() - before[i];
        }
        sizes.add(full.plus(-before[i] - after[i]));
      }
      return new Upsampling(ints(strides), ints(dilations), before, after, sizes);
    }

    private static int[] ints(long[] values) {
      return Arrays.stream(values).mapToInt(Math::toIntExact).toArray();
    }

    TfValue apply(TfValue x, TfValue w, TfEmitter out) {
      if (strides.length == 1) {
        Upsampling flat =
            new Upsampling(
                new int[] {1, strides[0]},
                new int[] {1, 1},
                new long[] {0, before[0]},
                new long[] {0, after[0]},
                List.of(Dim.ONE, sizes.get(0)));
        return out.squeeze(flat.apply(out.unsqueeze(x, 1), out.unsqueeze(w, 0), out), 1);
      }
      // Whole where TensorFlow cannot tell the size from its paddings: cut afterwards.
      boolean whole = strides.length == 3;
      for (int i = 0; i < strides.length; i++) {
        Dim least = x.shape().get(i + 1).plus(-1).times(strides[i]).plus(w.shape().get(i).value());
        Dim more = sizes.get(i).plus(before[i] + after[i]).minus(least);
        whole |= before[i] < 0 || after[i] < 0;
        whole |= !more.isKnown() || more.value() < 0 || more.value() >= strides[i];
      }
      return whole ? cut(x, w, out) : padded(x, w, out);
    }

    private TfValue padded(TfValue x, TfValue w, TfEmitter out) {
      Map<String, Object> attributes = new HashMap<>();
      attributes.put("strides", Window.attribute(strides));
      Window window = new Window(new int[] {1, 1}, strides, new int[] {1, 1}, before, after, false);
      ConvImporter.padding(attributes, window);
      List<Dim> shape = new ArrayList<>(List.of(x.shape().get(0)));
      shape.addAll(sizes);
      shape.add(w.shape().get(2));
      return out.node(
          "Conv2DBackpropInput", attributes, shape, out.shapeVector(shape), w, out.plain(x));
    }

    /** The whole result, then without its borders, or with zeros where it is too small. */
    private TfValue cut(TfValue x, TfValue w, TfEmitter out) {
      int count = strides.length;
      List<Dim> shape = new ArrayList<>(List.of(x.shape().get(0)));
      Map<Integer, long[]> part = new HashMap<>();
      long[] more = new long[count + 2];
      for (int i = 0; i < count; i++) {
        Dim full = x.shape().get(i + 1).plus(-1).times(strides[i]).plus(w.shape().get(i).value());
        shape.add(full);
        Dim left = sizes.get(i).plus(before[i]).minus(full);
        more[i + 1] = Math.max(0, left.isKnown() ? left.value() : 0);
        if (!left.isKnown()) {
          throw out.fail("sizes are " + sizes + " of " + full, "expected known sizes");
        }
        long end = left.value() < 0 ? left.value() : Long.MAX_VALUE;
        part.put(i + 1, new long[] {before[i], end, 1});
      }
      shape.add(w.shape().get(count));
      TfValue y =
          count == 3
              ? volume(x, w, shape, out)
              : whole(x, w, shape, new int[] {strides[0], strides[1]}, out);
      return out.padZeros(out.strided(y, part), new long[count + 2], more);
    }

    private static TfValue whole(
        TfValue x, TfValue w, List<Dim> shape, int[] strides, TfEmitter out) {
      Map<String, Object> attributes =
          Map.of("strides", Window.attribute(strides), "padding", "VALID");
      return out.node(
          "Conv2DBackpropInput", attributes, shape, out.shapeVector(shape), w, out.plain(x));
    }

    /** Each slice of the kernel spreads every frame, and lies as far back as it is deep. */
    private TfValue volume(TfValue x, TfValue w, List<Dim> shape, TfEmitter out) {
      List<Dim> from = x.shape();
      Dim frames = from.get(0).times(from.get(1));
      TfValue all = out.reshape(x, List.of(frames, from.get(2), from.get(3), from.get(4)));
      List<Dim> plane = List.of(frames, shape.get(2), shape.get(3), shape.get(4));
      List<Dim> apart = new ArrayList<>(shape);
      apart.set(1, from.get(1));
      apart.add(2, Dim.ONE);
      List<Dim> spread = new ArrayList<>(shape);
      spread.set(1, from.get(1).times(strides[0]));
      int depth = out.size(w, 0);
      TfValue sum = null;
      for (int k = 0; k < depth; k += dilations[0]) {
        TfValue kernel = out.squeeze(out.slice(w, 0, k, k + 1L), 0);
        TfValue y = whole(all, kernel, plane, new int[] {strides[1], strides[2]}, out);
        if (strides[0] > 1) {
          TfValue slot = out.reshape(y, apart);
          TfValue slots =
              out.padZeros(slot, new long[6], new long[] {0, 0, strides[0] - 1L, 0, 0, 0});
          y = out.slice(out.reshape(slots, spread), 1, 0, 1L - strides[0]);
        } else {
          y = out.reshape(y, spread);
        }
        long[] before = {0, k, 0, 0, 0};
        long[] after = {0, depth - 1L - k, 0, 0, 0};
        TfValue moved = out.padZeros(y, before, after);
        sum = sum == null ? moved : out.binary("AddV2", sum, moved);
      }
      return sum;
    }
  }
}
