package org.betavae.export.toonnx;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.betavae.export.ElementType;
import org.betavae.export.onnx.OnnxValue;
import org.betavae.export.tf.TfNode;

/**
 * TF {@code RandomStandardNormal(shape)}, {@code RandomUniform(shape)} and the stateless ones to
 * ONNX {@code RandomNormalLike} and {@code RandomUniformLike}: the same distribution, other
 * numbers; states and counters are dropped.
 */
final class RandomConverter implements OpConverter {
  @Override
  public Set<String> tfOps() {
    return Set.of(
        "RandomStandardNormal",
        "RandomUniform",
        "StatelessRandomNormal",
        "StatelessRandomNormalV2",
        "StatelessRandomUniform",
        "StatelessRandomUniformV2");
  }

  @Override
  public void convert(TfNode n, Emitter out) {
    ElementType type = n.type("dtype", ElementType.FLOAT32);
    Map<String, Object> attributes = new LinkedHashMap<>();
    attributes.put("dtype", (long) type.onnxNumber());
    long seed = n.integer("seed", 0) != 0 ? n.integer("seed", 0) : n.integer("seed2", 0);
    if (seed != 0) {
      attributes.put("seed", (float) seed);
    }
    String op = n.op().contains("Normal") ? "RandomNormal" : "RandomUniform";
    OnnxValue shape = out.in(0);
    if (shape.isConstant()) {
      attributes.put("shape", shape.constant().toLongs());
      out.out(out.emit(op, attributes));
    } else {
      OnnxValue model = Fills.ofShape(shape);
      out.out(
          out.emit(op + "Like", attributes, model != null ? model : Fills.of(out, shape, type, 0)));
    }
  }
}
