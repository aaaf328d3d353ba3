package org.betavae.export.totf;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.ElementType;
import org.betavae.export.onnx.Dim;

/**
 * ONNX {@code TopK}. TensorFlow's has no gradient, so floating point values are picked by the
 * indices; the smallest are the largest of negated or inverted numbers.
 */
final class TopKImporter implements OpImporter {
  @Override
  public Set<String> onnxOps() {
    return Set.of("TopK");
  }

  @Override
  public void convert(OnnxOp n, TfEmitter out) {
    int rank = out.rank(out.in(0));
    int axis = out.axis(n.integer("axis", -1), rank);
    int[] toLast = Shapes.range(rank);
    toLast[axis] = rank - 1;
    toLast[rank - 1] = axis;
    TfValue x = out.plain(out.transpose(out.in(0), toLast));
    boolean largest = n.flag("largest", true);
    boolean real = x.type().isFloat();
    TfValue from = largest ? x : out.unary(real ? "Neg" : "Invert", x);
    TfValue k =
        n.has("k")
            ? out.integer(n.integer("k", 1))
            : out.cast(out.reshape(out.in(1), List.of()), ElementType.INT32);
    Dim count = k.isConstant() ? Dim.of(k.constant().longAt(0)) : out.freshDim();
    List<Dim> shape = Shapes.with(x.shape(), rank - 1, count);
    List<TfValue> found = out.nodes("TopKV2", Map.of(), List.of(shape, shape), from, k);
    TfValue at = out.cast(found.get(1), ElementType.INT64);
    TfValue values =
        real
            ? GatherImporter.elements(out, x, at, rank - 1)
            : largest ? found.get(0) : out.unary("Invert", found.get(0));
    out.out(0, out.transpose(values, toLast));
    out.out(1, out.transpose(at, toLast));
  }
}
