package org.betavae.export.totf;

import java.util.ArrayList;
import java.util.Arrays;
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
    if (out.has(2) && !out.in(2).isConstant()) {
      out.out(ofShape(x, out.plain(out.in(2)), out));
      return;
    }
    if (out.has(2)) {
      shape = Shapes.dims(out.known(2, "output_shape"));
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
    out.out(out.reshape(flat, Arrays.copyOf(Shapes.known(shape), shape.size())));
  }

  /** The same for a shape that is computed at run time. */
  private static TfValue ofShape(TfValue x, TfValue shape, TfEmitter out) {
    long elements = out.count(x.shape());
    TfValue at = out.plain(out.reshape(out.cast(out.in(1), ElementType.INT64), elements, 1));
    TfValue values = out.plain(out.reshape(out.plain(x), elements));
    TfValue size = out.node("Prod", Map.of("keep_dims", true), Shapes.dims(1), shape, out.ints(0));
    List<Dim> unknown = new ArrayList<>();
    TfValue flat = out.node("ScatterNd", Map.of(), List.of(out.freshDim()), at, values, size);
    for (int i = 0; i < x.rank(); i++) {
      unknown.add(out.freshDim());
    }
    return out.reshape(flat, shape, unknown);
  }
}
