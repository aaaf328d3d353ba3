package org.betavae.export.toonnx;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.OnnxNode;
import org.betavae.export.onnx.OnnxValue;

/** Tensors of one repeated value. */
final class Fills {
  /** Shapes are computed in a few steps; the search for their source stays near. */
  private static final int MOST_STEPS = 50;

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

  /**
   * A value that has the shape which another value holds.
   *
   * @return null if none of those that the shape was computed from has it
   */
  static OnnxValue ofShape(OnnxValue shape) {
    if (shape.elements() == null) {
      return null;
    }
    Deque<OnnxValue> open = new ArrayDeque<>(List.of(shape));
    Set<OnnxNode> seen = new HashSet<>();
    while (!open.isEmpty()) {
      OnnxNode n = open.poll().producer();
      if (n == null || !seen.add(n) || seen.size() > MOST_STEPS) {
        continue;
      }
      if (n.is("Shape") && shape.elements().equals(n.input(0).shape())) {
        return n.input(0);
      }
      n.inputs().stream().filter(v -> v != null).forEach(open::add);
    }
    return null;
  }
}
