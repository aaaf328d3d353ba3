package org.betavae.export.totf;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.ElementType;
import org.betavae.export.onnx.Dim;

/** ONNX {@code Unique} of all elements or of slices along an axis, sorted or as they appear. */
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
      TfValue place = placeInOrder(out, values, axis, count);
      TfValue order = out.node("InvertPermutation", Map.of(), one, place);
      values = out.gather(values, order, axis);
      first = out.gather(first, order, 0);
      counts = out.gather(counts, order, 0);
      inverse = out.gather(place, inverse, 0);
    }
    out.out(0, values);
    out.out(1, first);
    out.out(2, inverse);
    out.out(3, counts);
  }

  /**
   * Where each of the slices along an axis stands once they are sorted, by the first element that
   * differs: how many slices are smaller. No two are equal.
   */
  private static TfValue placeInOrder(TfEmitter out, TfValue values, int axis, Dim count) {
    int[] front = Shapes.range(values.rank());
    front[axis] = 0;
    front[0] = axis;
    TfValue turned = out.plain(out.transpose(values, front));
    Dim width = out.freshDim();
    TfValue size = Indices.size(out, turned, 0);
    TfValue shape = out.node("Pack", Map.of(), Shapes.dims(2), size, Indices.number(out, -1));
    TfValue rows = out.node("Reshape", Map.of(), List.of(count, width), turned, shape);
    TfValue own = out.unsqueeze(rows, 1);
    TfValue others = out.unsqueeze(rows, 0);
    List<Dim> pairs = List.of(count, count);
    TfValue firstOther =
        out.node(
            "ArgMax",
            Map.of("output_type", ElementType.INT64),
            pairs,
            out.binary("NotEqual", own, others),
            out.integer(2));
    TfValue columns = Indices.counted(out, Indices.size(out, rows, 1), width, 2, 3);
    TfValue decides = out.binary("Equal", out.unsqueeze(firstOther, 2), columns);
    TfValue smaller = out.binary("LogicalAnd", decides, out.binary("Less", others, own));
    TfValue any = out.node("Any", Map.of(), pairs, smaller, out.constantInts(2));
    return out.node(
        "Sum", Map.of(), List.of(count), out.cast(any, ElementType.INT64), out.constantInts(1));
  }
}
