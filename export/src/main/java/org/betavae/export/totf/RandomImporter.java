package org.betavae.export.totf;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.Dim;

/**
 * ONNX's random operators. The numbers are TensorFlow's own: neither standard says which ones a
 * seed gives. The shape alone is taken of other values, so that gradients go around.
 */
final class RandomImporter implements OpImporter {
  @Override
  public Set<String> onnxOps() {
    return Set.of(
        "RandomNormal",
        "RandomNormalLike",
        "RandomUniform",
        "RandomUniformLike",
        "Bernoulli",
        "Multinomial");
  }

  @Override
  public void convert(OnnxOp n, TfEmitter out) {
    switch (n.op()) {
      case "Bernoulli" -> out.out(bernoulli(n, out));
      case "Multinomial" -> out.out(multinomial(n, out));
      default -> {
        boolean normal = n.op().startsWith("RandomNormal");
        ElementType type = type(n, out, n.op().endsWith("Like") ? out.in(0).type() : null);
        List<Dim> dims;
        TfValue shape;
        if (n.op().endsWith("Like")) {
          dims = out.in(0).shape();
          shape = out.shapeOf(out.in(0));
        } else {
          dims = Shapes.dims(n.integers("shape"));
          shape = out.constant(Tensor.longs(n.integers("shape")));
        }
        TfValue raw =
            random(n, out, normal ? "RandomStandardNormal" : "RandomUniform", dims, shape);
        double low = normal ? n.number("mean", 0) : n.number("low", 0);
        double width = normal ? n.number("scale", 1) : n.number("high", 1) - low;
        TfValue wide = out.binary("Mul", raw, out.scalarLike(raw, width));
        out.out(out.cast(out.binary("AddV2", wide, out.scalarLike(raw, low)), type));
      }
    }
  }

  /** Float32 numbers of a shape. */
  private static TfValue random(OnnxOp n, TfEmitter out, String op, List<Dim> dims, TfValue shape) {
    Map<String, Object> how = new HashMap<>(seed(n));
    how.put("dtype", ElementType.FLOAT32);
    return out.node(op, how, dims, out.unary("StopGradient", shape));
  }

  private static Map<String, Object> seed(OnnxOp n) {
    if (!n.has("seed")) {
      return Map.of();
    }
    // Zero would mean any seed to TensorFlow.
    long bits = Float.floatToIntBits(n.number("seed", 0));
    return Map.of("seed", bits, "seed2", 1L);
  }

  private static ElementType type(OnnxOp n, TfEmitter out, ElementType otherwise) {
    if (!n.has("dtype")) {
      return otherwise == null ? ElementType.FLOAT32 : otherwise;
    }
    ElementType type = ElementType.ofOnnx((int) n.integer("dtype", 1));
    if (type == null) {
      throw out.fail(
          "its dtype is " + n.integer("dtype", 1), "expected a type that TensorFlow has");
    }
    return type;
  }

  private static TfValue bernoulli(OnnxOp n, TfEmitter out) {
    TfValue p = out.plain(out.in(0));
    TfValue raw = random(n, out, "RandomUniform", p.shape(), out.shapeOf(p));
    TfValue hit = out.binary("Less", raw, out.cast(p, ElementType.FLOAT32));
    return out.cast(hit, type(n, out, p.type()));
  }

  private static TfValue multinomial(OnnxOp n, TfEmitter out) {
    TfValue logits = out.in(0);
    long count = n.integer("sample_size", 1);
    ElementType type = n.has("dtype") ? type(n, out, null) : ElementType.INT32;
    List<Dim> shape = List.of(out.dim(logits, 0), Dim.of(count));
    Map<String, Object> how = new HashMap<>(seed(n));
    how.put("output_dtype", ElementType.INT64);
    return out.cast(out.node("Multinomial", how, shape, logits, out.integer(count)), type);
  }
}
