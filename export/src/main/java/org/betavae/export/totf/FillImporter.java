package org.betavae.export.totf;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.Dim;

/**
 * ONNX operators that repeat values up to a size or make tensors from numbers: {@code Expand},
 * {@code Tile}, {@code ConstantOfShape}, {@code Range}, {@code EyeLike}, {@code OneHot}.
 */
final class FillImporter implements OpImporter {
  @Override
  public Set<String> onnxOps() {
    return Set.of("Expand", "Tile", "ConstantOfShape", "Range", "EyeLike", "OneHot");
  }

  @Override
  public void convert(OnnxOp n, TfEmitter out) {
    out.out(
        switch (n.op()) {
          case "Expand" -> expand(out);
          case "Tile" -> tile(out);
          case "ConstantOfShape" -> constantOfShape(n, out);
          case "Range" -> range(out);
          case "EyeLike" -> eyeLike(n, out);
          default -> oneHot(n, out);
        });
  }

  private static TfValue expand(TfEmitter out) {
    TfValue x = out.in(0);
    List<Dim> target = out.in(1).elements();
    if (target != null && x.shape() != null) {
      List<Dim> shape = out.broadcast(x.shape(), target);
      boolean given = shape.equals(target) && !shape.equals(x.shape());
      if (given && !out.in(1).isConstant()) {
        return out.node("BroadcastTo", Map.of(), shape, out.plain(x), out.plain(out.in(1)));
      }
      return out.broadcastTo(x, shape);
    }
    TfValue wanted = out.cast(out.in(1), ElementType.INT64);
    TfValue shape = out.node("BroadcastArgs", Map.of(), null, out.shapeOf(x), wanted);
    List<Dim> dims = fresh(out, x.rank() < 0 ? null : out.in(1), Math.max(0, x.rank()));
    return out.node("BroadcastTo", Map.of(), dims, x, shape);
  }

  /** As many unknown dimensions as a shape has, at least some number. */
  private static List<Dim> fresh(TfEmitter out, TfValue shape, int least) {
    if (shape == null || shape.rank() != 1 || !shape.shape().get(0).isKnown()) {
      return null;
    }
    List<Dim> dims = new ArrayList<>();
    for (long i = 0; i < Math.max(least, shape.shape().get(0).value()); i++) {
      dims.add(out.freshDim());
    }
    return dims;
  }

  private static TfValue tile(TfEmitter out) {
    TfValue x = out.in(0);
    List<Dim> times = out.in(1).elements();
    List<Dim> shape = null;
    if (x.shape() != null && times != null && times.size() == x.rank()) {
      shape = new ArrayList<>();
      for (int i = 0; i < x.rank(); i++) {
        shape.add(x.shape().get(i).times(times.get(i)));
      }
    } else if (x.shape() != null) {
      shape = fresh(out, out.constant(Tensor.longs(new long[x.rank()])), 0);
    }
    return out.node("Tile", Map.of(), shape, x, out.in(1));
  }

  private static TfValue constantOfShape(OnnxOp n, TfEmitter out) {
    Tensor given = n.tensor("value");
    if (n.has("value") && given == null) {
      throw out.fail("its value is of another element type", "expected numbers");
    }
    Tensor value = given == null ? Tensor.floats(new long[] {1}, 0) : given;
    TfValue shape = out.in(0);
    TfValue single = out.constant(value.reshape());
    List<Dim> dims = shape.elements();
    return out.node("Fill", Map.of(), dims != null ? dims : fresh(out, shape, 0), shape, single);
  }

  /** As numpy counts: start + i * step, not by adding up. */
  private static TfValue range(TfEmitter out) {
    TfValue start = scalar(out, 0);
    TfValue limit = scalar(out, 1);
    TfValue step = scalar(out, 2);
    ElementType type = start.type();
    if (type.isInteger()) {
      return out.node("Range", Map.of(), List.of(out.freshDim()), start, limit, step);
    }
    ElementType wide = ElementType.FLOAT64;
    TfValue span = out.binary("Sub", out.cast(limit, wide), out.cast(start, wide));
    TfValue count = out.unary("Ceil", out.binary("RealDiv", span, out.cast(step, wide)));
    TfValue numbers =
        out.node(
            "Range",
            Map.of(),
            List.of(out.freshDim()),
            out.scalar(wide, 0),
            out.binary("Maximum", count, out.scalar(wide, 0)),
            out.scalar(wide, 1));
    return out.binary("AddV2", out.binary("Mul", out.cast(numbers, type), step), start);
  }

  private static TfValue scalar(TfEmitter out, int i) {
    return out.in(i).rank() == 0 ? out.in(i) : out.reshape(out.in(i), List.of());
  }

  private static TfValue eyeLike(OnnxOp n, TfEmitter out) {
    TfValue x = out.in(0);
    ElementType type = n.has("dtype") ? ElementType.ofOnnx((int) n.integer("dtype", 1)) : x.type();
    if (type == null) {
      throw out.fail(
          "its dtype is " + n.integer("dtype", 1), "expected a type that TensorFlow has");
    }
    TfValue distance = TriluImporter.distance(out, x);
    TfValue on = out.binary("Equal", distance, Indices.number(out, n.integer("k", 0)));
    return out.cast(on, type);
  }

  private static TfValue oneHot(OnnxOp n, TfEmitter out) {
    TfValue indices = out.cast(out.in(0), ElementType.INT64);
    TfValue depth = out.cast(scalar(out, 1), ElementType.INT64);
    TfValue values = out.in(2);
    int rank = out.rank(indices);
    int axis = out.axis(n.integer("axis", -1), rank + 1);
    TfValue off = out.reshape(out.slice(values, 0, 0, 1), List.of());
    TfValue on = out.reshape(out.slice(values, 0, 1, 2), List.of());
    List<Dim> shape = new ArrayList<>(indices.shape());
    shape.add(axis, depth.isConstant() ? Dim.of(depth.constant().longAt(0)) : out.freshDim());
    TfValue at = Indices.wrapped(out, indices, depth);
    // TensorFlow passes no gradient to the two values: where there may be one, they come later.
    boolean late = values.type().isFloat() && (!values.isConstant() || values.weight() != null);
    ElementType type = values.type();
    TfValue y =
        out.node(
            "OneHot",
            Map.of("axis", axis == rank ? -1 : axis),
            shape,
            at,
            out.cast(depth, ElementType.INT32),
            late ? out.scalar(type, 1) : on,
            late ? out.scalar(type, 0) : off);
    return late ? out.binary("AddV2", out.binary("Mul", y, out.binary("Sub", on, off)), off) : y;
  }
}
