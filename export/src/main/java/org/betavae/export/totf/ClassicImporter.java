package org.betavae.export.totf;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;

/**
 * ONNX-ML operators around networks of scikit-learn: {@code Binarizer}, {@code Scaler}, {@code
 * Normalizer}, {@code Imputer}, {@code ArrayFeatureExtractor} and {@code LinearRegressor}.
 */
final class ClassicImporter implements OpImporter {
  private static final String ML = "ai.onnx.ml:";

  @Override
  public Set<String> onnxOps() {
    return Set.of(
        ML + "Binarizer",
        ML + "Scaler",
        ML + "Normalizer",
        ML + "Imputer",
        ML + "ArrayFeatureExtractor",
        ML + "LinearRegressor");
  }

  @Override
  public void convert(OnnxOp n, TfEmitter out) {
    TfValue x = out.plain(out.in(0));
    out.out(
        switch (n.op()) {
          case "Binarizer" ->
              out.cast(
                  out.binary("Greater", x, out.scalarLike(x, n.number("threshold", 0))), x.type());
          case "Scaler" -> scaled(n, out, x);
          case "Normalizer" -> normalized(n, out, x);
          case "Imputer" -> imputed(n, out, x);
          case "ArrayFeatureExtractor" -> extracted(out, x);
          default -> regression(n, out, x);
        });
  }

  private static TfValue floats(TfEmitter out, float[] values) {
    return out.constant(Tensor.floats(new long[] {values.length}, values));
  }

  private static TfValue scaled(OnnxOp n, TfEmitter out, TfValue x) {
    TfValue real = out.cast(x, ElementType.FLOAT32);
    if (n.has("offset")) {
      real = out.binary("Sub", real, floats(out, n.numbers("offset")));
    }
    return n.has("scale") ? out.binary("Mul", real, floats(out, n.numbers("scale"))) : real;
  }

  private static TfValue normalized(OnnxOp n, TfEmitter out, TfValue x) {
    TfValue real = out.cast(x, ElementType.FLOAT32);
    int last = out.rank(x) - 1;
    TfValue by =
        switch (n.text("norm", "MAX")) {
          case "L1" -> out.reduce("Sum", out.unary("Abs", real), true, last);
          case "L2" -> out.unary("Sqrt", out.reduce("Sum", out.unary("Square", real), true, last));
          default -> out.reduce("Max", real, true, last);
        };
    return out.binary("RealDiv", real, by);
  }

  private static TfValue imputed(OnnxOp n, TfEmitter out, TfValue x) {
    TfValue missing;
    TfValue instead;
    if (n.has("imputed_value_int64s")) {
      missing = out.binary("Equal", x, Indices.number(out, n.integer("replaced_value_int64", 0)));
      instead = out.constant(Tensor.longs(n.integers("imputed_value_int64s")));
    } else {
      float marked = n.number("replaced_value_float", 0);
      missing =
          Float.isNaN(marked)
              ? out.unary("IsNan", x)
              : out.binary("Equal", x, out.scalarLike(x, marked));
      instead = floats(out, n.numbers("imputed_value_floats"));
    }
    return out.broadcasting("SelectV2", Map.of(), missing, out.cast(instead, x.type()), x);
  }

  /** Columns by their numbers; a vector counts as one row. */
  private static TfValue extracted(TfEmitter out, TfValue x) {
    TfValue at = out.cast(out.in(1), ElementType.INT64);
    TfValue flat = out.node("Reshape", Map.of(), List.of(out.freshDim()), at, out.constantInts(-1));
    TfValue rows = out.rank(x) == 1 ? out.unsqueeze(x, 0) : x;
    return out.gather(rows, flat, rows.rank() - 1);
  }

  private static TfValue regression(OnnxOp n, TfEmitter out, TfValue x) {
    int targets = (int) n.integer("targets", 1);
    float[] all = n.numbers("coefficients");
    Tensor weights = Tensor.floats(new long[] {targets, all.length / targets}, all);
    TfValue y = out.matMul(out.cast(x, ElementType.FLOAT32), out.constant(weights), false, true);
    if (n.has("intercepts")) {
      y = out.binary("AddV2", y, floats(out, n.numbers("intercepts")));
    }
    if (!n.text("post_transform", "NONE").equals("NONE")) {
      throw out.fail("its post_transform is " + n.text("post_transform", "NONE"), "expected NONE");
    }
    return y;
  }
}
