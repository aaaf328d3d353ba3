package org.betavae.export.totf;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.Dim;
import org.betavae.export.onnx.Facts;

/** ONNX {@code Shape(start, end)} and {@code Size}. */
final class ShapeImporter implements OpImporter {
  @Override
  public Set<String> onnxOps() {
    return Set.of("Shape", "Size");
  }

  @Override
  public void convert(OnnxOp n, TfEmitter out) {
    TfValue x = out.in(0);
    if (n.is("Size")) {
      TfValue size =
          x.shape() != null && Shapes.isKnown(x.shape())
              ? out.constant(Tensor.scalar(ElementType.INT64, (double) out.count(x.shape())))
              : out.node("Size", Map.of("out_type", ElementType.INT64), List.of(), x);
      out.out(size);
      return;
    }
    TfValue shape = out.shapeOf(x);
    if (!n.has("start") && !n.has("end")) {
      out.out(shape);
      return;
    }
    int rank = out.rank(x);
    int start = clamp(n.integer("start", 0), rank);
    int end = Math.max(start, clamp(n.integer("end", rank), rank));
    List<Dim> dims = x.shape().subList(start, end);
    if (Shapes.isKnown(dims)) {
      out.out(out.constant(Tensor.longs(Shapes.known(dims))));
      return;
    }
    TfValue part = out.slice(shape, 0, start, end);
    part.learn(new Facts.Fact(ElementType.INT64, part.shape(), null, dims));
    out.out(part);
  }

  private static int clamp(long at, int rank) {
    return (int) Math.max(0, Math.min(rank, at < 0 ? at + rank : at));
  }
}
