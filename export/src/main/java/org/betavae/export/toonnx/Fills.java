package org.betavae.export.toonnx;

import java.util.Map;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.OnnxValue;

/** Tensors of one repeated value. */
final class Fills {
  private Fills() {}

  /** A tensor of another's shape and type, full of one number. */
  static OnnxValue like(Emitter out, OnnxValue model, double value) {
    return of(out, out.shapeOf(model), model.type(), value);
  }

  /** A tensor of a shape given at run time, full of one number. */
  static OnnxValue of(Emitter out, OnnxValue shape, ElementType type, double value) {
    Tensor one = Tensor.scalar(type, value).reshape(1);
    return out.emit("ConstantOfShape", Map.of("value", one), out.cast(shape, ElementType.INT64));
  }
}
