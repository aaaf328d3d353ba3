package org.betavae.export.totf;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.betavae.export.ElementType;
import org.betavae.export.onnx.Dim;

/**
 * ONNX {@code QuantizeLinear}, {@code DequantizeLinear} and {@code DynamicQuantizeLinear}, with one
 * scale, one for each place of an axis, or one for each block of places.
 */
final class QuantizeImporter implements OpImporter {
  @Override
  public Set<String> onnxOps() {
    return Set.of("QuantizeLinear", "DequantizeLinear", "DynamicQuantizeLinear");
  }

  @Override
  public void convert(OnnxOp n, TfEmitter out) {
    switch (n.op()) {
      case "QuantizeLinear" -> out.out(quantize(n, out));
      case "DequantizeLinear" -> out.out(dequantize(n, out));
      default -> dynamic(out);
    }
  }

  private static TfValue quantize(OnnxOp n, TfEmitter out) {
    TfValue x = out.in(0);
    int number = (int) n.integer("output_dtype", 0);
    ElementType to =
        out.has(2)
            ? out.in(2).type()
            : number == 0 ? ElementType.UINT8 : ElementType.ofOnnx(number);
    if (to == null || !(to.isInteger() || to.isHalfByte())) {
      throw out.fail(
          "it quantizes to the ONNX type " + OtherTypes.name(number),
          "expected a type that TensorFlow has");
    }
    TfValue scale = out.cast(spread(n, out, x, out.in(1)), ElementType.FLOAT32);
    TfValue zero = out.has(2) ? spread(n, out, x, out.in(2)) : null;
    TfValue scaled = out.binary("RealDiv", out.cast(x, ElementType.FLOAT32), scale);
    return rounded(out, scaled, zero, to);
  }

  /** Rounds halves to even, moves by the zero point and keeps within the type's range. */
  static TfValue rounded(TfEmitter out, TfValue scaled, TfValue zero, ElementType to) {
    TfValue whole = out.unary("Round", scaled);
    TfValue moved =
        zero == null ? whole : out.binary("AddV2", whole, out.cast(zero, scaled.type()));
    boolean unsigned = to.isUnsigned() || to == ElementType.UINT4;
    int bits = to.isHalfByte() ? 4 : 8 * to.bytes();
    double least = unsigned ? 0 : -Math.scalb(1.0, bits - 1);
    double most = Math.scalb(1.0, unsigned ? bits : bits - 1) - 1;
    TfValue kept =
        out.binary(
            "Minimum",
            out.binary("Maximum", moved, out.scalar(scaled.type(), least)),
            out.scalar(scaled.type(), most));
    return out.cast(kept, to);
  }

  private static TfValue dequantize(OnnxOp n, TfEmitter out) {
    TfValue x = out.in(0);
    TfValue scale = spread(n, out, x, out.in(1));
    ElementType to = scale.type();
    if (n.has("output_dtype") && n.integer("output_dtype", 0) != 0) {
      to = ElementType.ofOnnx((int) n.integer("output_dtype", 1));
    }
    TfValue moved = x;
    if (out.has(2)) {
      boolean real = x.type().isStoredOnly() && !x.type().isHalfByte();
      ElementType wide = real ? ElementType.FLOAT32 : ElementType.INT32;
      TfValue zero = out.cast(spread(n, out, x, out.in(2)), wide);
      moved = out.binary("Sub", out.cast(x, wide), zero);
    }
    return out.cast(out.binary("Mul", out.cast(moved, scale.type()), scale), to);
  }

  /** A scale or zero point in a shape that broadcasts to the value's. */
  private static TfValue spread(OnnxOp n, TfEmitter out, TfValue x, TfValue scale) {
    long block = n.integer("block_size", 0);
    if (scale.rank() == 0 || (scale.rank() == 1 && scale.isSingle())) {
      return out.reshape(scale, List.of());
    }
    int rank = out.rank(x);
    int axis = out.axis(n.integer("axis", 1), rank);
    if (block > 0) {
      TfValue size = Indices.size(out, x, axis);
      TfValue places = Indices.counted(out, size, out.dim(x, axis), 0, 1);
      return out.gather(scale, out.binary("FloorDiv", places, Indices.number(out, block)), axis);
    }
    List<Dim> shape = new ArrayList<>();
    for (int i = 0; i < rank; i++) {
      shape.add(i == axis ? scale.shape().get(0) : Dim.ONE);
    }
    return out.reshape(scale, shape);
  }

  /** To uint8 by the range that the values have, with 0 in it. */
  private static void dynamic(TfEmitter out) {
    TfValue x = out.plain(out.in(0));
    TfValue zero = out.scalarLike(x, 0);
    int[] all = Shapes.range(out.rank(x));
    TfValue most = out.binary("Maximum", out.reduce("Max", x, false, all), zero);
    TfValue least = out.binary("Minimum", out.reduce("Min", x, false, all), zero);
    TfValue scale = out.binary("RealDiv", out.binary("Sub", most, least), out.scalarLike(x, 255));
    TfValue point = out.unary("Neg", out.binary("RealDiv", least, scale));
    TfValue zeroPoint = rounded(out, point, null, ElementType.UINT8);
    TfValue y = rounded(out, out.binary("RealDiv", x, scale), zeroPoint, ElementType.UINT8);
    out.out(0, y);
    out.out(1, scale);
    out.out(2, zeroPoint);
  }
}
