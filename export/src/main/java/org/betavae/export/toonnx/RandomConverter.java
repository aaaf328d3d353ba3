package org.betavae.export.toonnx;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.betavae.export.ElementType;
import org.betavae.export.onnx.OnnxValue;
import org.betavae.export.tf.TfNode;

/**
 * TF {@code RandomStandardNormal(shape)}, {@code RandomUniform(shape)}, {@code TruncatedNormal} and
 * {@code RandomUniformInt(shape, from, to)} and the stateless ones to ONNX {@code RandomNormalLike}
 * and {@code RandomUniformLike}; {@code Multinomial(logits, count)} to ONNX's and {@code
 * RandomShuffle(x)} to rows in the order of random numbers: the same distribution, other numbers;
 * states and counters are dropped.
 */
final class RandomConverter implements OpConverter {
  /** Probability that a normal number is below -2, where TensorFlow cuts. */
  private static final double BELOW = 0.02275013194817921;

  @Override
  public Set<String> tfOps() {
    return Set.of(
        "RandomStandardNormal",
        "RandomUniform",
        "RandomUniformInt",
        "RandomShuffle",
        "TruncatedNormal",
        "Multinomial",
        "StatelessMultinomial",
        "StatelessRandomNormal",
        "StatelessRandomNormalV2",
        "StatelessRandomUniform",
        "StatelessRandomUniformV2",
        "StatelessRandomUniformInt",
        "StatelessRandomUniformIntV2",
        "StatelessTruncatedNormal",
        "StatelessTruncatedNormalV2");
  }

  @Override
  public void convert(TfNode n, Emitter out) {
    if (n.op().contains("Truncated")) {
      out.out(truncated(n, out));
    } else if (n.op().contains("UniformInt")) {
      out.out(whole(n, out));
    } else if (n.op().endsWith("Multinomial")) {
      Map<String, Object> attributes = seed(n);
      attributes.put("sample_size", out.known(1, "the number of samples")[0]);
      attributes.put("dtype", (long) ElementType.INT64.onnxNumber());
      ElementType type = n.type("output_dtype", ElementType.INT64);
      out.out(out.cast(out.emit("Multinomial", attributes, out.in(0)), type));
    } else if (n.op().equals("RandomShuffle")) {
      OnnxValue rows = out.slice(out.shapeOf(out.in(0)), 0, 0, 1);
      OnnxValue keys = numbers(n, "RandomUniform", ElementType.FLOAT32, rows, out);
      OnnxValue order = out.emitAll("TopK", Map.of("axis", 0L), 2, keys, rows).get(1);
      out.out(out.emit("Gather", Map.of("axis", 0L), out.in(0), order));
    } else {
      String op = n.op().contains("Normal") ? "RandomNormal" : "RandomUniform";
      out.out(numbers(n, op, n.type("dtype", ElementType.FLOAT32), out.in(0), out));
    }
  }

  private static Map<String, Object> seed(TfNode n) {
    Map<String, Object> attributes = new LinkedHashMap<>();
    long seed = n.integer("seed", 0) != 0 ? n.integer("seed", 0) : n.integer("seed2", 0);
    if (seed != 0) {
      attributes.put("seed", (float) seed);
    }
    return attributes;
  }

  private static OnnxValue numbers(
      TfNode n, String op, ElementType type, OnnxValue shape, Emitter out) {
    Map<String, Object> attributes = seed(n);
    attributes.put("dtype", (long) type.onnxNumber());
    if (shape.isConstant()) {
      attributes.put("shape", shape.constant().toLongs());
      return out.emit(op, attributes);
    }
    OnnxValue model = Fills.ofShape(shape);
    return out.emit(op + "Like", attributes, model != null ? model : Fills.of(out, shape, type, 0));
  }

  /** The normal numbers between -2 and 2, from uniform ones through the inverse distribution. */
  private static OnnxValue truncated(TfNode n, Emitter out) {
    ElementType type = n.type("dtype", ElementType.FLOAT32);
    OnnxValue uniform = numbers(n, "RandomUniform", type, out.in(0), out);
    OnnxValue scaled = out.emit("Mul", uniform, out.scalarLike(uniform, 2 - 4 * BELOW));
    OnnxValue within = out.emit("Sub", scaled, out.scalarLike(uniform, 1 - 2 * BELOW));
    OnnxValue normal = SpecialFunctionConverter.erfinv(within, out);
    return out.emit("Mul", normal, out.scalarLike(uniform, Math.sqrt(2)));
  }

  private static OnnxValue whole(TfNode n, Emitter out) {
    int last = out.inputCount() - 1;
    OnnxValue from = out.cast(out.in(last - 1), ElementType.FLOAT64);
    OnnxValue to = out.cast(out.in(last), ElementType.FLOAT64);
    OnnxValue uniform = numbers(n, "RandomUniform", ElementType.FLOAT64, out.in(0), out);
    OnnxValue spread = out.emit("Mul", uniform, out.emit("Sub", to, from));
    OnnxValue number = out.emit("Floor", out.emit("Add", from, spread));
    return out.cast(number, out.in(last).type());
  }
}
