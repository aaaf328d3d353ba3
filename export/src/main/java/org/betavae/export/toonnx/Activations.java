package org.betavae.export.toonnx;

import java.util.List;
import java.util.Map;
import org.betavae.export.onnx.OnnxGraph;
import org.betavae.export.onnx.OnnxNode;
import org.betavae.export.onnx.OnnxValue;

/**
 * Activations that TensorFlow writes as several operators, to the ONNX operator of that name where
 * the operator set has it: HardSigmoid, HardSwish from 14, Mish from 18, Gelu from 20. Before 20
 * Gelu by erfc becomes x (1 + erf(x / √2)) / 2, the form that runtimes know.
 */
final class Activations implements Rewrite {
  private static final double SQRT_HALF = Math.sqrt(0.5);
  private static final double SQRT_TWO_OVER_PI = Math.sqrt(2 / Math.PI);
  private static final double GELU_CUBIC = 0.044715;

  /** Constants may have been rounded to float32, or to four digits by the user. */
  private static final double CLOSE = 1e-4;

  @Override
  public boolean apply(OnnxGraph graph) {
    return Rewrite.untilStable(graph, n -> step(graph, n));
  }

  private static boolean step(OnnxGraph graph, OnnxNode n) {
    if (n.outputs().size() != 1 || n.output().type() == null || !n.output().type().isFloat()) {
      return false;
    }
    OnnxValue y =
        switch (n.op()) {
          case "Mul" -> product(graph, n);
          case "Div", "Clip", "Min" -> hardSigmoid(graph, n);
          default -> null;
        };
    if (y == null) {
      return false;
    }
    Build.replace(graph, n.output(), y);
    return true;
  }

  private static OnnxValue product(OnnxGraph graph, OnnxNode n) {
    OnnxValue y = hardSigmoid(graph, n);
    if (y == null) {
      y = gelu(graph, n);
    }
    for (int i = 0; i < 2 && y == null; i++) {
      OnnxValue x = n.input(i);
      OnnxNode gate = n.input(1 - i).producer();
      if (gate == null) {
        continue;
      }
      boolean sixth =
          gate.is("HardSigmoid")
              && near(gate.number("alpha", 0.2f), 1 / 6.0)
              && near(gate.number("beta", 0.5f), 0.5);
      if (sixth && gate.input(0) == x && graph.opset() >= 14) {
        y = unary(graph, "HardSwish", n, x, Map.of());
      } else if (gate.is("Tanh") && graph.opset() >= 18) {
        OnnxNode soft = gate.input(0).producer();
        if (soft != null && soft.is("Softplus") && soft.input(0) == x) {
          y = unary(graph, "Mish", n, x, Map.of());
        }
      }
    }
    return y;
  }

  /**
   * (x + 3 clipped to 0..6) / 6, as a product too, and x / 5 + ½ clipped to 0..1.
   *
   * @return null if the node ends no such thing
   */
  private static OnnxValue hardSigmoid(OnnxGraph graph, OnnxNode n) {
    if (n.is("Clip")) {
      return clippedLine(graph, n);
    }
    Pattern.Scaled sixth = Pattern.scaled(n);
    if (sixth == null || !near(sixth.factor(), 1 / 6.0)) {
      return null;
    }
    double[] bounds = Pattern.clip(sixth.value().producer());
    if (bounds == null || bounds[0] != 0 || bounds[1] != 6) {
      return null;
    }
    Pattern.Shifted shifted = Pattern.shifted(sixth.value().producer().input(0).producer());
    return shifted == null || shifted.term() != 3
        ? null
        : line(graph, n, shifted.value(), 1 / 6.0, 0.5);
  }

  private static OnnxValue clippedLine(OnnxGraph graph, OnnxNode n) {
    double[] bounds = Pattern.clip(n);
    if (bounds == null || bounds[0] != 0 || bounds[1] != 1) {
      return null;
    }
    Pattern.Shifted shifted = Pattern.shifted(n.input(0).producer());
    Pattern.Scaled scaled = shifted == null ? null : Pattern.scaled(shifted.value().producer());
    return scaled == null ? null : line(graph, n, scaled.value(), scaled.factor(), shifted.term());
  }

  private static OnnxValue line(
      OnnxGraph graph, OnnxNode n, OnnxValue x, double alpha, double beta) {
    return unary(graph, "HardSigmoid", n, x, Map.of("alpha", (float) alpha, "beta", (float) beta));
  }

  /** x / 2 times 1 + erf(x / √2), erfc(-x / √2), or 1 + tanh(√(2/π) (x + 0.044715 x³)). */
  private static OnnxValue gelu(OnnxGraph graph, OnnxNode n) {
    Pattern.Product p = Pattern.product(n);
    if (p == null || !near(p.factor(), 0.5) || p.values().size() != 2) {
      return null;
    }
    for (int i = 0; i < 2; i++) {
      OnnxValue x = p.values().get(i);
      OnnxValue gate = p.values().get(1 - i);
      boolean exact = isErfGate(gate, x);
      if (graph.opset() >= 20 && (exact || isTanhGate(gate, x))) {
        return unary(graph, "Gelu", n, x, Map.of("approximate", exact ? "none" : "tanh"));
      }
      if (exact && !gate.producer().is("Add")) {
        return byErf(graph, n, x);
      }
    }
    return null;
  }

  private static boolean isErfGate(OnnxValue gate, OnnxValue x) {
    OnnxNode sum = gate.producer();
    if (sum == null || !(sum.is("Add") || sum.is("Sub"))) {
      return false;
    }
    boolean minus = sum.is("Sub");
    for (int i = 0; i < 2; i++) {
      OnnxNode erf = sum.input(1 - i).producer();
      boolean one = Pattern.isNumber(sum.input(i), 1) && (!minus || i == 0);
      if (one && erf != null && erf.is("Erf")) {
        Pattern.Product inner = Pattern.product(erf.input(0).producer());
        double wanted = minus ? -SQRT_HALF : SQRT_HALF;
        if (inner != null && inner.values().equals(List.of(x)) && near(inner.factor(), wanted)) {
          return true;
        }
      }
    }
    return false;
  }

  private static boolean isTanhGate(OnnxValue gate, OnnxValue x) {
    Pattern.Shifted one = Pattern.shifted(gate.producer());
    OnnxNode tanh = one == null || one.term() != 1 ? null : one.value().producer();
    if (tanh == null || !tanh.is("Tanh")) {
      return false;
    }
    Pattern.Scaled outer = Pattern.scaled(tanh.input(0).producer());
    OnnxNode sum =
        outer == null || !near(outer.factor(), SQRT_TWO_OVER_PI) ? null : outer.value().producer();
    if (sum == null || !sum.is("Add")) {
      return false;
    }
    int other = sum.input(0) == x ? 1 : 0;
    Pattern.Scaled cubic =
        sum.input(1 - other) == x ? Pattern.scaled(sum.input(other).producer()) : null;
    OnnxNode power =
        cubic == null || !near(cubic.factor(), GELU_CUBIC) ? null : cubic.value().producer();
    return power != null
        && power.is("Pow")
        && power.input(0) == x
        && Pattern.isNumber(power.input(1), 3);
  }

  private static OnnxValue byErf(OnnxGraph graph, OnnxNode n, OnnxValue x) {
    String name = n.name();
    OnnxValue root = graph.scalar(x.type(), Math.sqrt(2));
    OnnxValue erf =
        graph.node(
            "Erf",
            name + "/Erf",
            List.of(graph.node("Div", name + "/Div", List.of(x, root), Map.of())),
            Map.of());
    OnnxValue gate =
        graph.node("Add", name + "/Add", List.of(erf, graph.scalar(x.type(), 1)), Map.of());
    OnnxValue twice = graph.node("Mul", name + "/Mul", List.of(x, gate), Map.of());
    return graph.node("Mul", name, List.of(twice, graph.scalar(x.type(), 0.5)), Map.of());
  }

  private static OnnxValue unary(
      OnnxGraph graph, String op, OnnxNode n, OnnxValue x, Map<String, Object> attributes) {
    return x.shape() != null && x.shape().equals(n.output().shape())
        ? graph.node(op, n.name(), List.of(x), attributes)
        : null;
  }

  private static boolean near(double a, double b) {
    return Math.abs(a - b) <= CLOSE * Math.abs(b);
  }
}
