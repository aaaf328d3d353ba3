package org.betavae.export.totf;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.Dim;

/** ONNX {@code MaxUnpool(X, I, output_shape)}: elements go where the indices say, the rest is 0. */
final class MaxUnpoolImporter implements OpImporter {
  @Override
  public Set<String> onnxOps() {
    return Set.of("MaxUnpool");
  }

  @Override
  public void convert(OnnxOp n, TfEmitter out) {
    TfValue x = out.in(0);
    long[] kernel = n.integers("kernel_shape");
    int count = kernel.length;
    long[] strides = n.integers("strides", count, 1);
    long[] pads = n.integers("pads", 2 * count, 0);
    List<Dim> shape = new ArrayList<>(x.shape().subList(0, 2));
    for (int i = 0; i < count; i++) {
      Dim full = x.shape().get(i + 2).plus(-1).times(strides[i]).plus(kernel[i]);
      shape.add(full.plus(-pads[i] - pads[i + count]));
    }
    long size = out.count(shape);
    long elements = out.count(x.shape());
    TfValue at = out.reshape(out.cast(out.in(1), ElementType.INT64), elements, 1);
    TfValue flat =
        out.node(
            "ScatterNd",
            Map.of(),
            List.of(Dim.of(size)),
            out.plain(at),
            out.plain(out.reshape(out.plain(x), elements)),
            out.constant(Tensor.longs(size)));
    TfValue y = out.reshape(flat, shape);
    out.out(out.has(2) ? enlarged(y, out) : y);
  }

  /** Zeros behind each dimension up to a shape; the indices do not count them. */
  private static TfValue enlarged(TfValue y, TfEmitter out) {
    TfValue wanted = out.plain(out.cast(out.in(2), ElementType.INT32));
    long[] sizes = Shapes.known(y.shape());
    TfValue after = out.binary("Sub", wanted, out.constantInts(sizes));
    TfValue column = out.unsqueeze(out.plain(after), 1);
    TfValue none =
        out.constant(Tensor.ofLongs(ElementType.INT32, new long[] {sizes.length, 1}, i -> 0));
    List<Dim> known = out.in(2).elements();
    List<Dim> shape = new ArrayList<>();
    for (int i = 0; i < sizes.length; i++) {
      shape.add(known == null ? out.freshDim() : known.get(i));
    }
    return out.node("Pad", Map.of(), shape, y, out.concat(1, List.of(none, column)));
  }
}
