package org.betavae.export.toonnx;

import java.util.Set;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.OnnxValue;
import org.betavae.export.tf.TfNode;

/**
 * TF {@code Shape(x)}, {@code ShapeN}, {@code Size} and {@code Rank}, of int32 unless told
 * otherwise, to ONNX {@code Shape} and {@code Size} of int64.
 */
final class ShapeConverter implements OpConverter {
  @Override
  public Set<String> tfOps() {
    return Set.of("Shape", "ShapeN", "Size", "Rank");
  }

  @Override
  public void convert(TfNode n, Emitter out) {
    ElementType type = n.type("out_type", ElementType.INT32);
    switch (n.op()) {
      case "Size" -> out.out(out.cast(out.emit("Size", out.in(0)), type));
      case "Rank" -> {
        OnnxValue x = out.in(0);
        out.out(
            x.rank() >= 0
                ? out.constant(Tensor.scalar(ElementType.INT32, x.rank()))
                : out.cast(out.emit("Size", out.shapeOf(x)), ElementType.INT32));
      }
      default -> {
        for (int i = 0; i < out.inputCount(); i++) {
          out.out(i, out.cast(out.shapeOf(out.in(i)), type));
        }
      }
    }
  }
}
