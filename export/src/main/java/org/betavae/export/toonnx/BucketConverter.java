package org.betavae.export.toonnx;

import java.util.Map;
import java.util.Set;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.OnnxValue;
import org.betavae.export.tf.TfNode;

/**
 * TF {@code Bucketize(x)}, the number of boundaries that are not above each element (int32), to a
 * sum of comparisons; TF {@code DenseBincount(x [n] or [b,n], size, weights)}, how often each
 * number below the size occurs, to ONNX {@code OneHot} summed. Keras' Discretization and
 * CategoryEncoding are these.
 */
final class BucketConverter implements OpConverter {
  @Override
  public Set<String> tfOps() {
    return Set.of("Bucketize", "DenseBincount");
  }

  @Override
  public void convert(TfNode n, Emitter out) {
    out.out(n.op().equals("Bucketize") ? bucketize(n, out) : count(n, out));
  }

  private static OnnxValue bucketize(TfNode n, Emitter out) {
    ElementType through =
        out.in(0).type() == ElementType.FLOAT32 ? ElementType.FLOAT32 : ElementType.FLOAT64;
    OnnxValue x = out.cast(out.in(0), through);
    int rank = out.rank(x);
    float[] boundaries = n.numbers("boundaries");
    OnnxValue limits =
        out.constant(Tensor.ofDoubles(through, new long[] {boundaries.length}, i -> boundaries[i]));
    OnnxValue reached = out.emit("GreaterOrEqual", out.unsqueeze(x, rank), limits);
    return out.reduce("ReduceSum", out.cast(reached, ElementType.INT32), false, rank);
  }

  private static OnnxValue count(TfNode n, Emitter out) {
    OnnxValue size = out.int64(out.in(1));
    OnnxValue x = out.int64(out.in(0));
    int rank = out.rank(x);
    OnnxValue weights = out.in(2);
    boolean weighted = !(weights.rank() == 1 && weights.shape().get(0).is(0));
    ElementType type = n.type("T", weights.type());
    // Indices from the size on give no 1; TensorFlow leaves them out too.
    OnnxValue ones =
        out.emit(
            "OneHot",
            Map.of("axis", -1L),
            x,
            size,
            out.constant(Tensor.floats(new long[] {2}, 0f, 1f)));
    if (n.flag("binary_output")) {
      return out.cast(out.reduce("ReduceMax", ones, false, rank - 1), type);
    }
    OnnxValue counted =
        weighted
            ? out.emit("Mul", out.cast(ones, type), out.unsqueeze(weights, rank))
            : out.cast(ones, type);
    return out.reduce("ReduceSum", counted, false, rank - 1);
  }
}
