package org.betavae.export.toonnx;

import java.util.List;
import java.util.Set;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.Dim;
import org.betavae.export.onnx.OnnxValue;
import org.betavae.export.tf.TfNode;

/**
 * TF {@code Tile(x, repeats)}, {@code BroadcastTo(x, shape)}, {@code BroadcastArgs(s, t)} and
 * {@code Fill(shape, x)} to ONNX {@code Tile} and {@code Expand}.
 */
final class ExpandConverter implements OpConverter {
  @Override
  public Set<String> tfOps() {
    return Set.of("Tile", "BroadcastTo", "BroadcastArgs", "Fill");
  }

  @Override
  public void convert(TfNode n, Emitter out) {
    switch (n.op()) {
      case "Tile" -> out.out(out.emit("Tile", out.in(0), out.int64(out.in(1))));
      case "BroadcastTo" -> out.out(expand(out.in(0), out.int64(out.in(1)), out));
      case "BroadcastArgs" -> out.out(commonShape(out));
      default -> out.out(fill(out.int64(out.in(0)), out.in(1), out));
    }
  }

  private static OnnxValue expand(OnnxValue x, OnnxValue shape, Emitter out) {
    return shape.elements() != null && shape.elements().equals(x.shape())
        ? x
        : out.emit("Expand", x, shape);
  }

  private static OnnxValue fill(OnnxValue shape, OnnxValue value, Emitter out) {
    if (value.isConstant() && value.type().bytes() > 0) {
      return out.emit(
          "ConstantOfShape", java.util.Map.of("value", value.constant().reshape(1)), shape);
    }
    return out.emit("Expand", value, shape);
  }

  /** The larger of each pair of dimensions, the shorter shape filled up with 1 in front. */
  private static OnnxValue commonShape(Emitter out) {
    OnnxValue a = out.in(0);
    OnnxValue b = out.in(1);
    Dim lengthA = out.dim(a, 0);
    Dim lengthB = out.dim(b, 0);
    if (!lengthA.isKnown() || !lengthB.isKnown()) {
      throw out.fail(
          "the lengths of its shapes are " + lengthA + " and " + lengthB, "expected known ones");
    }
    int length = (int) Math.max(lengthA.value(), lengthB.value());
    return out.emit(
        "Max",
        filled(a, length - (int) lengthA.value(), out),
        filled(b, length - (int) lengthB.value(), out));
  }

  private static OnnxValue filled(OnnxValue shape, int missing, Emitter out) {
    ElementType type = shape.type();
    return missing == 0
        ? shape
        : out.concat(
            0, List.of(out.constant(Tensor.ofLongs(type, new long[] {missing}, i -> 1)), shape));
  }
}
