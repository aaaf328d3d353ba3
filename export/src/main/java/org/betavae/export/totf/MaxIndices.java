package org.betavae.export.totf;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.betavae.export.ElementType;
import org.betavae.export.onnx.Dim;

/** Where the largest elements stand, counted through {@code [N,C,spatial...]} as ONNX does. */
final class MaxIndices {
  private MaxIndices() {}

  /** The second output of MaxPool, {@code [N, C, spatial...]} of int64. */
  static TfValue of(TfValue x, Pooling pooling, boolean columnMajor, TfEmitter out) {
    Window w = pooling.window();
    if (w.kernel().length == 1) {
      Pooling flat = new Pooling(w.withLeadingOne(), new long[2], out);
      return out.squeeze(of(out.unsqueeze(x, 2), flat, columnMajor, out), 2);
    }
    if (w.kernel().length != 2 || w.isDilated() || !Shapes.isKnown(x.shape().subList(1, 4))) {
      throw out.fail(
          "its indices are read, its input is "
              + x
              + " and its kernel "
              + Arrays.toString(w.kernel()),
          "expected known sizes and a kernel of 1 or 2 dimensions without gaps");
    }
    return out.transpose(places(x, w, columnMajor, out), Shapes.toChannelsFirst(4));
  }

  private static TfValue places(TfValue x, Window w, boolean columnMajor, TfEmitter out) {
    long channels = out.size(x, 1);
    long height = out.size(x, 2);
    long width = out.size(x, 3);
    TfValue last = out.transpose(x, 0, 2, 3, 1);
    TfValue padded =
        out.pad(
            last,
            new long[] {0, w.before()[0], w.before()[1], 0},
            new long[] {0, w.after()[0], w.after()[1], 0},
            out.scalarLike(x, x.type().isFloat() ? -3e38 : 0));
    long tall = height + w.before()[0] + w.after()[0];
    long wide = width + w.before()[1] + w.after()[1];
    List<Dim> shape = ConvImporter.shape(last, w, x.shape().get(1));
    Map<String, Object> attributes = new HashMap<>();
    attributes.put("ksize", Window.attribute(w.kernel()));
    attributes.put("strides", Window.attribute(w.strides()));
    attributes.put("padding", "VALID");
    attributes.put("Targmax", ElementType.INT64);
    attributes.put("include_batch_in_index", true);
    TfValue at =
        out.nodes("MaxPoolWithArgmax", attributes, Arrays.asList(null, shape), out.plain(padded))
            .get(1);
    TfValue c = mod(at, channels, out);
    TfValue rest = over(at, channels, out);
    TfValue column = plus(mod(rest, wide, out), -w.before()[1], out);
    rest = over(rest, wide, out);
    TfValue row = plus(mod(rest, tall, out), -w.before()[0], out);
    TfValue image = over(rest, tall, out);
    TfValue plane = out.binary("AddV2", times(image, channels, out), c);
    return columnMajor
        ? sum(times(sum(times(plane, width, out), column, out), height, out), row, out)
        : sum(times(sum(times(plane, height, out), row, out), width, out), column, out);
  }

  private static TfValue mod(TfValue v, long by, TfEmitter out) {
    return out.binary("FloorMod", v, out.scalarLike(v, (double) by));
  }

  private static TfValue over(TfValue v, long by, TfEmitter out) {
    return out.binary("FloorDiv", v, out.scalarLike(v, (double) by));
  }

  private static TfValue times(TfValue v, long by, TfEmitter out) {
    return out.binary("Mul", v, out.scalarLike(v, (double) by));
  }

  private static TfValue plus(TfValue v, long number, TfEmitter out) {
    return number == 0 ? v : out.binary("AddV2", v, out.scalarLike(v, (double) number));
  }

  private static TfValue sum(TfValue a, TfValue b, TfEmitter out) {
    return out.binary("AddV2", a, b);
  }
}
