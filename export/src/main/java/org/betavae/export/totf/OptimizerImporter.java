package org.betavae.export.totf;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.ElementType;

/**
 * ONNX's preview operators of training: one step of {@code Adagrad}, {@code Adam} or {@code
 * Momentum} for any number of tensors. Sources: the formulas of the ONNX standard.
 */
final class OptimizerImporter implements OpImporter {
  private static final String DOMAIN = "ai.onnx.preview.training:";

  /** Learning rate and step count come first. */
  private static final int FIRST = 2;

  @Override
  public Set<String> onnxOps() {
    return Set.of(DOMAIN + "Adagrad", DOMAIN + "Adam", DOMAIN + "Momentum");
  }

  @Override
  public void convert(OnnxOp n, TfEmitter out) {
    int kinds = n.is("Adam") ? 4 : 3;
    int count = (out.inputCount() - FIRST) / kinds;
    for (int i = 0; i < count; i++) {
      switch (n.op()) {
        case "Adagrad" -> adagrad(n, out, i, count);
        case "Adam" -> adam(n, out, i, count);
        default -> momentum(n, out, i, count);
      }
    }
  }

  private static TfValue in(TfEmitter out, int kind, int i, int count) {
    return out.in(FIRST + kind * count + i);
  }

  private static TfValue times(TfEmitter out, TfValue v, double by) {
    return out.binary("Mul", v, out.scalarLike(v, by));
  }

  private static TfValue plus(TfEmitter out, TfValue a, TfValue b) {
    return out.binary("AddV2", a, b);
  }

  /** The gradient with that of the squared weights' penalty. */
  private static TfValue gradient(OnnxOp n, TfEmitter out, TfValue x, TfValue g) {
    return plus(out, times(out, x, n.number("norm_coefficient", 0)), g);
  }

  private static TfValue rate(TfEmitter out, TfValue like) {
    return out.cast(out.reshape(out.in(0), List.of()), like.type());
  }

  private static TfValue step(TfEmitter out, ElementType type) {
    return out.cast(out.reshape(out.in(1), List.of()), type);
  }

  private static void adagrad(OnnxOp n, TfEmitter out, int i, int count) {
    TfValue x = in(out, 0, i, count);
    TfValue g = gradient(n, out, x, in(out, 1, i, count));
    TfValue h = plus(out, in(out, 2, i, count), out.unary("Square", g));
    TfValue decay = times(out, step(out, x.type()), n.number("decay_factor", 0));
    TfValue rate = out.binary("RealDiv", rate(out, x), plus(out, decay, out.scalarLike(x, 1)));
    TfValue root = plus(out, out.unary("Sqrt", h), out.scalarLike(x, n.number("epsilon", 1e-6f)));
    out.out(i, out.binary("Sub", x, out.binary("Mul", rate, out.binary("RealDiv", g, root))));
    out.out(count + i, h);
  }

  private static void momentum(OnnxOp n, TfEmitter out, int i, int count) {
    TfValue x = in(out, 0, i, count);
    TfValue g = gradient(n, out, x, in(out, 1, i, count));
    TfValue v = in(out, 2, i, count);
    TfValue later = out.scalarLike(x, n.number("beta", 0));
    TfValue one = out.scalarLike(x, 1);
    TfValue first = out.binary("LessEqual", step(out, x.type()), out.scalarLike(x, 0));
    TfValue beta = out.broadcasting("SelectV2", Map.of(), first, one, later);
    TfValue next = plus(out, times(out, v, n.number("alpha", 0)), out.binary("Mul", beta, g));
    boolean nesterov = n.text("mode", "standard").equals("nesterov");
    TfValue by = nesterov ? plus(out, g, times(out, next, n.number("alpha", 0))) : next;
    out.out(i, out.binary("Sub", x, out.binary("Mul", rate(out, x), by)));
    out.out(count + i, next);
  }

  private static void adam(OnnxOp n, TfEmitter out, int i, int count) {
    TfValue x = in(out, 0, i, count);
    TfValue g = gradient(n, out, x, in(out, 1, i, count));
    double alpha = n.number("alpha", 0.9f);
    double beta = n.number("beta", 0.999f);
    TfValue m = plus(out, times(out, in(out, 2, i, count), alpha), times(out, g, 1 - alpha));
    TfValue square = times(out, out.unary("Square", g), 1 - beta);
    TfValue v = plus(out, times(out, in(out, 3, i, count), beta), square);
    TfValue t = step(out, x.type());
    TfValue one = out.scalarLike(x, 1);
    TfValue left = out.binary("Sub", one, out.binary("Pow", out.scalarLike(x, beta), t));
    TfValue right = out.binary("Sub", one, out.binary("Pow", out.scalarLike(x, alpha), t));
    TfValue adjusted =
        out.binary("Mul", rate(out, x), out.binary("RealDiv", out.unary("Sqrt", left), right));
    TfValue positive = out.binary("Greater", t, out.scalarLike(x, 0));
    TfValue rate = out.broadcasting("SelectV2", Map.of(), positive, adjusted, rate(out, x));
    TfValue root = plus(out, out.unary("Sqrt", v), out.scalarLike(x, n.number("epsilon", 1e-6f)));
    TfValue moved = out.binary("Mul", rate, out.binary("RealDiv", m, root));
    TfValue next = out.binary("Sub", x, moved);
    out.out(i, times(out, next, 1 - n.number("norm_coefficient_post", 0)));
    out.out(count + i, m);
    out.out(2 * count + i, v);
  }
}
