package org.betavae.export.toonnx;

import java.util.Map;
import java.util.Set;
import org.betavae.export.tf.TfNode;

/** TF operators {@code f(x)} that ONNX has too, under this or another name. */
final class UnaryConverter implements OpConverter {
  private static final Map<String, String> NAMES =
      Map.ofEntries(
          Map.entry("Abs", "Abs"),
          Map.entry("Neg", "Neg"),
          Map.entry("Sign", "Sign"),
          Map.entry("Sqrt", "Sqrt"),
          Map.entry("Exp", "Exp"),
          Map.entry("Log", "Log"),
          Map.entry("Erf", "Erf"),
          Map.entry("Floor", "Floor"),
          Map.entry("Ceil", "Ceil"),
          Map.entry("Sin", "Sin"),
          Map.entry("Cos", "Cos"),
          Map.entry("Tan", "Tan"),
          Map.entry("Asin", "Asin"),
          Map.entry("Acos", "Acos"),
          Map.entry("Atan", "Atan"),
          Map.entry("Sinh", "Sinh"),
          Map.entry("Cosh", "Cosh"),
          Map.entry("Tanh", "Tanh"),
          Map.entry("Asinh", "Asinh"),
          Map.entry("Acosh", "Acosh"),
          Map.entry("Atanh", "Atanh"),
          Map.entry("Reciprocal", "Reciprocal"),
          Map.entry("Inv", "Reciprocal"),
          Map.entry("Elu", "Elu"),
          Map.entry("Selu", "Selu"),
          Map.entry("Sigmoid", "Sigmoid"),
          Map.entry("Softplus", "Softplus"),
          Map.entry("Softsign", "Softsign"),
          Map.entry("LogicalNot", "Not"),
          Map.entry("IsNan", "IsNaN"));

  @Override
  public Set<String> tfOps() {
    return NAMES.keySet();
  }

  @Override
  public void convert(TfNode n, Emitter out) {
    out.out(out.emit(NAMES.get(n.op()), out.in(0)));
  }
}
