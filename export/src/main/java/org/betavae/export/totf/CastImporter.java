package org.betavae.export.totf;

import java.util.Map;
import java.util.Set;
import org.betavae.export.ElementType;

/** ONNX {@code Cast}, {@code CastLike} and {@code BitCast}. */
final class CastImporter implements OpImporter {
  @Override
  public Set<String> onnxOps() {
    return Set.of("Cast", "CastLike", "BitCast");
  }

  @Override
  public void convert(OnnxOp n, TfEmitter out) {
    TfValue x = out.in(0);
    ElementType to =
        n.is("CastLike") ? out.in(1).type() : ElementType.ofOnnx((int) n.integer("to", 1));
    if (to == null) {
      throw out.fail(
          "it casts to the ONNX type " + OtherTypes.name(n.integer("to", 1)),
          "expected a type that TensorFlow has");
    }
    TfValue from = saturates(n, x, to) ? kept(out, x, to) : x;
    out.out(n.is("BitCast") ? bitCast(out, x, to) : cast(out, from, to));
  }

  /** True where numbers beyond the range of an 8-bit type become its largest ones. */
  private static boolean saturates(OnnxOp n, TfValue x, ElementType to) {
    boolean small = to == ElementType.FLOAT8E4M3FN || to == ElementType.FLOAT8E5M2;
    return small && x.type().isFloat() && !n.is("BitCast") && n.flag("saturate", true);
  }

  private static TfValue kept(TfEmitter out, TfValue x, ElementType to) {
    double most = to == ElementType.FLOAT8E4M3FN ? 448 : 57344;
    TfValue below = out.binary("Minimum", x, out.scalarLike(x, most));
    return out.binary("Maximum", below, out.scalarLike(x, -most));
  }

  private static TfValue bitCast(TfEmitter out, TfValue x, ElementType to) {
    if (to.bytes() != x.type().bytes()) {
      throw out.fail(
          "it casts bits of " + x.type().numpyName() + " to " + to.numpyName(),
          "expected types of one size");
    }
    if (x.type() == ElementType.BOOL || to == ElementType.BOOL) {
      return out.cast(x, to);
    }
    return out.unary("Bitcast", Map.of("type", to), x);
  }

  private static TfValue cast(TfEmitter out, TfValue x, ElementType to) {
    if (x.type() == ElementType.STRING && to != ElementType.STRING) {
      ElementType number =
          switch (to) {
            case FLOAT64, INT32, INT64 -> to;
            case FLOAT16, BFLOAT16, FLOAT32 -> ElementType.FLOAT32;
            default -> to.isInteger() ? ElementType.INT64 : null;
          };
      if (number == null) {
        throw out.fail("it casts texts to " + to.numpyName(), "expected numbers");
      }
      return out.cast(out.unary("StringToNumber", Map.of("out_type", number), x), to);
    }
    if (to == ElementType.STRING && x.type() != ElementType.STRING) {
      if (!x.type().isInteger()) {
        throw out.fail(
            "it casts "
                + x.type().numpyName()
                + " to texts, which TensorFlow writes in other digits",
            "expected whole numbers");
      }
      return out.unary("AsString", x);
    }
    return out.cast(x, to);
  }
}
