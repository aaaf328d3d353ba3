package org.betavae.export.totf;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.ElementType;
import org.betavae.export.onnx.Dim;

/** ONNX {@code Unique} of all elements, or along an axis in the order of appearance. */
final class UniqueImporter implements OpImporter {
  @Override
  public Set<String> onnxOps() {
    return Set.of("Unique");
  }

  @Override
  public void convert(OnnxOp n, TfEmitter out) {
    TfValue x = out.plain(out.in(0));
    int axis = 0;
    boolean sorted = n.flag("sorted", true);
    boolean flat = !n.has("axis");
    if (flat) {
      x = out.node("Reshape", Map.of(), List.of(out.freshDim()), x, out.constantInts(-1));
    } else {
      axis = out.axis(n.integer("axis", 0), out.rank(x));
    }
    if (sorted && x.rank() != 1) {
      throw out.fail(
          "it sorts slices along an axis", "expected sorted=0 there, or all elements alone");
    }
    Dim count = out.freshDim();
    List<Dim> one = List.of(count);
    List<Dim> shape = Shapes.with(x.shape(), axis, count);
    List<TfValue> found =
        out.nodes(
            "UniqueWithCountsV2",
            Map.of("out_idx", ElementType.INT64),
            List.of(shape, List.of(x.shape().get(axis)), one),
            x,
            out.constantInts(axis));
    TfValue values = found.get(0);
    TfValue inverse = found.get(1);
    TfValue counts = found.get(2);
    TfValue places = Indices.counted(out, Indices.size(out, x, axis), x.shape().get(axis), 0, 1);
    TfValue size = Indices.size(out, counts, 0);
    TfValue first = out.node("UnsortedSegmentMin", Map.of(), one, places, inverse, size);
    if (sorted) {
      // The order of the values, smallest first; equal ones there are none.
      TfValue k = out.cast(size, ElementType.INT32);
      boolean real = x.type().isFloat();
      TfValue turned = out.unary(real ? "Neg" : "Invert", values);
      TfValue order = out.nodes("TopKV2", Map.of(), List.of(one, one), turned, k).get(1);
      values = out.gather(values, order, 0);
      first = out.gather(first, order, 0);
      counts = out.gather(counts, order, 0);
      TfValue rank = out.node("InvertPermutation", Map.of(), one, order);
      inverse = out.cast(out.gather(rank, inverse, 0), ElementType.INT64);
    }
    out.out(0, values);
    out.out(1, first);
    out.out(2, inverse);
    out.out(3, counts);
  }
}
