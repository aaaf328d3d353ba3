package org.betavae.export.toonnx;

import java.util.Map;
import java.util.Set;
import org.betavae.export.tf.TfNode;

/** TF operators {@code f(x, y)} with broadcasting that ONNX has too. */
final class BinaryConverter implements OpConverter {
  private static final Map<String, String> NAMES =
      Map.ofEntries(
          Map.entry("Add", "Add"),
          Map.entry("AddV2", "Add"),
          Map.entry("Sub", "Sub"),
          Map.entry("Mul", "Mul"),
          Map.entry("Div", "Div"),
          Map.entry("RealDiv", "Div"),
          Map.entry("Pow", "Pow"),
          Map.entry("Maximum", "Max"),
          Map.entry("Minimum", "Min"),
          Map.entry("Equal", "Equal"),
          Map.entry("Less", "Less"),
          Map.entry("LessEqual", "LessOrEqual"),
          Map.entry("Greater", "Greater"),
          Map.entry("GreaterEqual", "GreaterOrEqual"),
          Map.entry("LogicalAnd", "And"),
          Map.entry("LogicalOr", "Or"));

  @Override
  public Set<String> tfOps() {
    return NAMES.keySet();
  }

  @Override
  public void convert(TfNode n, Emitter out) {
    out.out(out.emit(NAMES.get(n.op()), out.in(0), out.in(1)));
  }
}
