package org.betavae.export.totf;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.Dim;

/**
 * ONNX {@code Split}: into equal parts, the last of which may be smaller, or parts of given sizes.
 */
final class SplitImporter implements OpImporter {
  @Override
  public Set<String> onnxOps() {
    return Set.of("Split");
  }

  @Override
  public void convert(OnnxOp n, TfEmitter out) {
    TfValue x = out.in(0);
    int axis = out.axis(n.integer("axis", 0), out.rank(x));
    int parts = out.outputCount();
    List<TfValue> results;
    if (!n.has("split") && !out.has(1)) {
      results = equal(out, x, axis, parts);
    } else {
      TfValue sizes = n.has("split") ? out.constant(Tensor.longs(n.integers("split"))) : out.in(1);
      results = sized(out, x, sizes, axis, parts);
    }
    for (int i = 0; i < parts; i++) {
      out.out(i, results.get(i));
    }
  }

  private static List<TfValue> equal(TfEmitter out, TfValue x, int axis, int parts) {
    Dim size = out.dim(x, axis);
    if (size.isKnown() && size.value() % parts != 0) {
      long part = (size.value() + parts - 1) / parts;
      long[] sizes = new long[parts];
      Arrays.setAll(sizes, i -> Math.max(0, Math.min(part, size.value() - i * part)));
      return sized(out, x, out.constant(Tensor.longs(sizes)), axis, parts);
    }
    List<Dim> shape = Shapes.with(x.shape(), axis, size.floorOver(Dim.of(parts)));
    List<List<Dim>> shapes = new ArrayList<>();
    for (int i = 0; i < parts; i++) {
      shapes.add(shape);
    }
    return out.nodes("Split", Map.of("num_split", parts), shapes, out.integer(axis), x);
  }

  private static List<TfValue> sized(TfEmitter out, TfValue x, TfValue sizes, int axis, int parts) {
    List<Dim> known = sizes.elements();
    List<List<Dim>> shapes = new ArrayList<>();
    for (int i = 0; i < parts; i++) {
      shapes.add(Shapes.with(x.shape(), axis, known == null ? out.freshDim() : known.get(i)));
    }
    return out.nodes("SplitV", Map.of("num_split", parts), shapes, x, sizes, out.integer(axis));
  }
}
