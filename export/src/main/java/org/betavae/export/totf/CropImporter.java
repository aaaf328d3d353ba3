package org.betavae.export.totf;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.Dim;

/** ONNX {@code CenterCropPad}: the middle of some axes, with zeros around it where it is small. */
final class CropImporter implements OpImporter {
  @Override
  public Set<String> onnxOps() {
    return Set.of("CenterCropPad");
  }

  @Override
  public void convert(OnnxOp n, TfEmitter out) {
    TfValue x = out.plain(out.in(0));
    int rank = out.rank(x);
    long[] given = n.integers("axes");
    List<Integer> axes = new ArrayList<>();
    for (int i = 0; i < (given == null ? rank : given.length); i++) {
      axes.add(given == null ? i : out.axis(given[i], rank));
    }
    TfValue wanted = target(out, x, axes, out.cast(out.in(1), ElementType.INT64));
    TfValue have = out.shapeOf(x);
    TfValue two = Indices.number(out, 2);
    TfValue zero = Indices.number(out, 0);
    TfValue less = out.binary("Maximum", out.binary("Sub", have, wanted), zero);
    TfValue begin = out.binary("FloorDiv", less, two);
    TfValue size = out.binary("Minimum", have, wanted);
    List<Dim> shape = new ArrayList<>(x.shape());
    for (int i = 0; i < axes.size(); i++) {
      List<Dim> known = out.in(1).elements();
      shape.set(axes.get(i), known == null ? out.freshDim() : known.get(i));
    }
    // TensorFlow's gradient of Slice takes int32 alone.
    TfValue middle = out.node("Slice", Map.of(), shape, x, narrow(begin, out), narrow(size, out));
    TfValue more = out.binary("Maximum", out.binary("Sub", wanted, have), zero);
    TfValue before = out.binary("FloorDiv", more, two);
    TfValue after = out.binary("Sub", more, before);
    TfValue paddings = out.node("Pack", Map.of("axis", 1), Shapes.dims(rank, 2), before, after);
    out.out(out.node("Pad", Map.of(), shape, middle, narrow(paddings, out)));
  }

  private static TfValue narrow(TfValue v, TfEmitter out) {
    return out.plain(out.cast(v, ElementType.INT32));
  }

  /** The sizes wanted of all axes. */
  private static TfValue target(TfEmitter out, TfValue x, List<Integer> axes, TfValue shape) {
    if (axes.size() == x.rank()) {
      return shape;
    }
    Tensor places = Tensor.ofLongs(ElementType.INT64, new long[] {axes.size(), 1}, axes::get);
    return out.node(
        "TensorScatterUpdate",
        Map.of(),
        Shapes.dims(x.rank()),
        out.shapeOf(x),
        out.constant(places),
        shape);
  }
}
