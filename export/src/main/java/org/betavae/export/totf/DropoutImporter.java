package org.betavae.export.totf;

import java.util.Map;
import java.util.Set;
import org.betavae.export.ElementType;
import org.betavae.export.onnx.Dim;

/** ONNX {@code Dropout}: nothing where it does not train, else elements at random. */
final class DropoutImporter implements OpImporter {
  private static final float DEFAULT_RATIO = 0.5f;

  @Override
  public Set<String> onnxOps() {
    return Set.of("Dropout");
  }

  @Override
  public void convert(OnnxOp n, TfEmitter out) {
    TfValue x = out.in(0);
    boolean train = out.has(2) && !(isKnown(out.in(2)) && out.in(2).constant().longAt(0) == 0);
    if (!train) {
      out.out(x);
      if (out.isNeeded(1)) {
        out.out(1, all(x, out));
      }
      return;
    }
    TfValue rate =
        out.has(1)
            ? out.plain(out.cast(out.reshape(out.in(1), new long[0]), x.type()))
            : out.scalarLike(x, DEFAULT_RATIO);
    // Nothing is dropped at a rate of 0, which stands for not training where that is asked late.
    TfValue training = out.plain(out.cast(out.reshape(out.in(2), new long[0]), x.type()));
    rate = out.binary("Mul", rate, training);
    long seed = n.integer("seed", 0);
    TfValue random =
        out.node(
            "RandomUniform",
            Map.of("dtype", x.type(), "seed", seed, "seed2", seed),
            x.shape(),
            out.cast(out.shapeOf(x), ElementType.INT64));
    TfValue mask = out.binary("GreaterEqual", random, rate);
    TfValue scaled = out.binary("RealDiv", x, out.binary("Sub", out.scalarLike(x, 1), rate));
    out.out(out.binary("Mul", scaled, out.cast(mask, x.type())));
    out.out(1, mask);
  }

  private static boolean isKnown(TfValue v) {
    return v.isConstant();
  }

  private static TfValue all(TfValue x, TfEmitter out) {
    TfValue yes = out.scalar(ElementType.BOOL, 1);
    return x.shape().stream().allMatch(Dim::isKnown) && x.rank() == 0
        ? yes
        : out.node("Fill", Map.of(), x.shape(), out.shapeVector(x.shape()), yes);
  }
}
