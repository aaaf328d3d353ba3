package org.betavae.export.totf;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.betavae.export.ElementType;
import org.betavae.export.onnx.Dim;

/**
 * ONNX {@code BatchNormalization(X [N,C,...], scale, B, mean, var)} to TF {@code FusedBatchNormV3}
 * on {@code [N,H,W,C]}. Running mean and variance become variables that gradient descent leaves
 * alone.
 */
final class BatchNormImporter implements OpImporter {
  @Override
  public Set<String> onnxOps() {
    return Set.of("BatchNormalization");
  }

  @Override
  public void convert(OnnxOp n, TfEmitter out) {
    TfValue x = out.in(0);
    float epsilon = n.number("epsilon", 1e-5f);
    if (n.flag("training_mode", false)) {
      train(n, x, epsilon, out);
    } else if (x.type() == ElementType.FLOAT32 && out.rank(x) >= 2) {
      out.out(fused(x, epsilon, out));
    } else {
      out.out(composed(x, out.state(out.in(3)), out.state(out.in(4)), epsilon, out));
    }
  }

  private static TfValue fused(TfValue x, float epsilon, TfEmitter out) {
    int rank = x.rank();
    TfValue last = out.transpose(x, Shapes.toChannelsLast(rank));
    List<Dim> image = new ArrayList<>(last.shape());
    while (image.size() < 4) {
      image.add(1, Dim.ONE);
    }
    while (image.size() > 4) {
      Dim merged = image.get(1).times(image.remove(2));
      image.set(1, merged);
    }
    TfValue y =
        out.nodes(
                "FusedBatchNormV3",
                Map.of("epsilon", epsilon, "is_training", false),
                List.of(image),
                out.plain(out.reshape(last, image)),
                out.in(1),
                out.in(2),
                out.state(out.in(3)),
                out.state(out.in(4)))
            .get(0);
    return out.transpose(out.reshape(y, last.shape()), Shapes.toChannelsFirst(rank));
  }

  private static TfValue composed(
      TfValue x, TfValue mean, TfValue variance, float epsilon, TfEmitter out) {
    int rank = Math.max(2, out.rank(x));
    TfValue inverse =
        out.unary("Rsqrt", out.binary("AddV2", variance, out.scalarLike(variance, epsilon)));
    TfValue centered = out.binary("Sub", x, NormImporter.perChannel(mean, rank, out));
    TfValue y = out.binary("Mul", centered, NormImporter.perChannel(inverse, rank, out));
    y = out.binary("Mul", y, NormImporter.perChannel(out.in(1), rank, out));
    return out.binary("AddV2", y, NormImporter.perChannel(out.in(2), rank, out));
  }

  private static void train(OnnxOp n, TfValue x, float epsilon, TfEmitter out) {
    int[] axes = IntStream.range(0, out.rank(x)).filter(a -> a != 1).toArray();
    TfValue mean = out.reduce("Mean", x, true, axes);
    TfValue centered = out.binary("Sub", x, mean);
    TfValue variance = out.reduce("Mean", out.unary("Square", centered), true, axes);
    long channels = out.size(x, 1);
    TfValue flatMean = out.reshape(mean, channels);
    TfValue flatVariance = out.reshape(variance, channels);
    out.out(composed(x, flatMean, flatVariance, epsilon, out));
    float momentum = n.number("momentum", 0.9f);
    out.out(1, mixed(out.state(out.in(3)), flatMean, momentum, out));
    out.out(2, mixed(out.state(out.in(4)), flatVariance, momentum, out));
  }

  private static TfValue mixed(TfValue old, TfValue now, float momentum, TfEmitter out) {
    TfValue kept = out.binary("Mul", old, out.scalarLike(old, momentum));
    return out.binary("AddV2", kept, out.binary("Mul", now, out.scalarLike(now, 1 - momentum)));
  }
}
