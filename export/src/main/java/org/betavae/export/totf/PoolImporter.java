package org.betavae.export.totf;

import java.util.Arrays;
import java.util.Set;
import java.util.stream.IntStream;

/** ONNX's pooling to TF {@code MaxPool}, {@code AvgPool} and their 3-D forms, channels last. */
final class PoolImporter implements OpImporter {
  @Override
  public Set<String> onnxOps() {
    return Set.of(
        "MaxPool", "AveragePool", "LpPool", "GlobalMaxPool", "GlobalAveragePool", "GlobalLpPool");
  }

  @Override
  public void convert(OnnxOp n, TfEmitter out) {
    TfValue x = out.in(0);
    if (n.op().startsWith("Global")) {
      out.out(global(n, x, out));
      return;
    }
    int[] kernel = Arrays.stream(n.integers("kernel_shape")).mapToInt(Math::toIntExact).toArray();
    Window w = Window.of(n, x, kernel, out);
    Pooling pooling = Pooling.of(x, w, n.flag("ceil_mode", false), out);
    int[] first = Shapes.toChannelsFirst(x.rank());
    TfValue last = out.transpose(x, Shapes.toChannelsLast(x.rank()));
    switch (n.op()) {
      case "MaxPool" -> {
        out.out(out.transpose(pooling.max(last), first));
        if (out.isNeeded(1)) {
          out.out(1, MaxIndices.of(x, pooling, n.flag("storage_order", false), out));
        }
      }
      case "AveragePool" ->
          out.out(out.transpose(pooling.average(last, n.flag("count_include_pad", false)), first));
      default -> {
        double p = power(n);
        TfValue powers = power(out.unary("Abs", last), p, out);
        out.out(out.transpose(power(pooling.sum(powers), 1 / p, out), first));
      }
    }
  }

  private static double power(OnnxOp n) {
    return n.has("p") && n.integer("p", 0) == 0 ? n.number("p", 2) : n.integer("p", 2);
  }

  private static TfValue power(TfValue v, double p, TfEmitter out) {
    return p == 1
        ? v
        : p == 2
            ? out.unary("Square", v)
            : p == 0.5 ? out.unary("Sqrt", v) : out.binary("Pow", v, out.scalarLike(v, p));
  }

  private static TfValue global(OnnxOp n, TfValue x, TfEmitter out) {
    int[] spatial = IntStream.range(2, out.rank(x)).toArray();
    return switch (n.op()) {
      case "GlobalMaxPool" -> out.reduce("Max", x, true, spatial);
      case "GlobalAveragePool" -> out.reduce("Mean", x, true, spatial);
      default -> {
        double p = power(n);
        TfValue sum = out.reduce("Sum", power(out.unary("Abs", x), p, out), true, spatial);
        yield power(sum, 1 / p, out);
      }
    };
  }
}
