package org.betavae.export.toonnx;

import java.util.Map;
import java.util.Set;
import org.betavae.export.ElementType;
import org.betavae.export.onnx.OnnxValue;
import org.betavae.export.tf.TfNode;

/**
 * TF {@code FusedBatchNorm(x, scale, offset, mean, variance)}, all versions, to ONNX {@code
 * BatchNormalization}; in training mode, where the batch's own statistics count, to the formula;
 * the mean and the unbiased variance of the batch are given then too.
 */
final class BatchNormConverter implements OpConverter {
  @Override
  public Set<String> tfOps() {
    return Set.of("FusedBatchNorm", "FusedBatchNormV2", "FusedBatchNormV3");
  }

  @Override
  public String notCovered(String tfOp) {
    return "outputs other than result, mean and variance";
  }

  @Override
  public void convert(TfNode n, Emitter out) {
    Layout layout = Layout.of(n, out.rank(out.in(0)) - 2, out);
    float epsilon = n.number("epsilon", 1e-4f);
    OnnxValue x = layout.toOnnx(out.in(0), out);
    OnnxValue y;
    if (n.has("is_training") && !n.flag("is_training")) {
      // Below operator set 15 all inputs are of one type.
      OnnxValue v = out.opset() < 15 ? out.cast(x, out.in(1).type()) : x;
      y =
          out.emit(
              "BatchNormalization",
              Map.of("epsilon", epsilon),
              v,
              out.in(1),
              out.in(2),
              out.in(3),
              out.in(4));
      y = out.cast(y, x.type());
    } else {
      y = ofBatch(x, epsilon, out);
    }
    out.out(layout.toTf(y, out));
  }

  private static OnnxValue ofBatch(OnnxValue x, float epsilon, Emitter out) {
    int rank = out.rank(x);
    long[] axes = Emitter.numbers(rank - 1, i -> i == 0 ? 0 : i + 1);
    ElementType type = x.type();
    x = out.cast(x, out.in(1).type());
    OnnxValue mean = out.reduce("ReduceMean", x, true, axes);
    OnnxValue centred = out.emit("Sub", x, mean);
    OnnxValue variance = out.reduce("ReduceMean", out.emit("Mul", centred, centred), true, axes);
    OnnxValue deviation = out.emit("Sqrt", out.emit("Add", variance, out.scalarLike(x, epsilon)));
    out.out(1, out.reshape(mean, -1));
    // TensorFlow gives the variance that running averages take, over one less.
    OnnxValue channels = out.emit("Size", mean);
    OnnxValue count = out.cast(out.emit("Div", out.emit("Size", x), channels), x.type());
    OnnxValue one = out.scalarLike(x, 1);
    OnnxValue others = out.emit("Max", out.emit("Sub", count, one), one);
    OnnxValue unbiased = out.emit("Mul", variance, out.emit("Div", count, others));
    out.out(2, out.reshape(unbiased, -1));
    long[] behind = Emitter.numbers(rank - 2, i -> i + 1);
    OnnxValue scaled =
        out.emit("Mul", out.emit("Div", centred, deviation), out.unsqueeze(out.in(1), behind));
    return out.cast(out.emit("Add", scaled, out.unsqueeze(out.in(2), behind)), type);
  }
}
