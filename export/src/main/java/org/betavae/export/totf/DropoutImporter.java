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
    float ratio = n.number("ratio", DEFAULT_RATIO);
    if (out.has(1)) {
      TfValue given = out.in(1);
      ratio = given.isConstant() ? (float) given.constant().doubleAt(0) : Float.NaN;
    }
    boolean train = out.has(2) && !(isKnown(out.in(2)) && out.in(2).constant().longAt(0) == 0);
    if (train && !isKnown(out.in(2))) {
      throw out.fail("whether it trains is computed at run time", "expected a constant");
    }
    if (!train || ratio == 0) {
      out.out(x);
      if (out.isNeeded(1)) {
        out.out(1, all(x, out));
      }
      return;
    }
    if (Float.isNaN(ratio)) {
      throw out.fail("its ratio is computed at run time", "expected a constant");
    }
    TfValue shape = out.shapeOf(x);
    long seed = n.integer("seed", 0);
    TfValue random =
        out.node(
            "RandomUniform",
            Map.of("dtype", x.type(), "seed", seed, "seed2", seed),
            x.shape(),
            out.cast(shape, ElementType.INT64));
    TfValue mask = out.binary("GreaterEqual", random, out.scalarLike(x, ratio));
    TfValue scaled = out.binary("Mul", x, out.scalarLike(x, 1 / (1 - (double) ratio)));
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
