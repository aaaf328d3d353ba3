package org.betavae.export.totf;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.betavae.export.onnx.Dim;

/**
 * ONNX {@code NegativeLogLikelihoodLoss(input [N,C,...], target [N,...], weight [C])} and {@code
 * SoftmaxCrossEntropyLoss}, by the standard's decomposition.
 */
final class LossImporter implements OpImporter {
  @Override
  public Set<String> onnxOps() {
    return Set.of("NegativeLogLikelihoodLoss", "SoftmaxCrossEntropyLoss");
  }

  @Override
  public void convert(OnnxOp n, TfEmitter out) {
    TfValue scores = out.in(0);
    if (n.is("SoftmaxCrossEntropyLoss")) {
      int[] order = SoftmaxImporter.toLast(out.rank(scores), 1);
      TfValue turned = out.plain(out.transpose(scores, order));
      TfValue log = out.node("LogSoftmax", Map.of(), turned.shape(), turned);
      scores = out.transpose(log, Shapes.inverse(order));
      out.out(1, scores);
    }
    out.out(loss(n, scores, out));
  }

  private static TfValue loss(OnnxOp n, TfValue scores, TfEmitter out) {
    TfValue target = out.in(1);
    TfValue counted = null;
    if (n.has("ignore_index")) {
      TfValue ignored = out.scalarLike(target, (double) n.integer("ignore_index", 0));
      counted = out.cast(out.binary("NotEqual", target, ignored), scores.type());
      TfValue inside = out.cast(out.binary("NotEqual", target, ignored), target.type());
      target = out.binary("Mul", target, inside);
    }
    int rank = out.rank(scores);
    TfValue last = out.plain(out.transpose(scores, SoftmaxImporter.toLast(rank, 1)));
    Dim classes = last.shape().get(rank - 1);
    TfValue choice =
        out.node(
            "OneHot",
            Map.of("axis", -1L),
            last.shape(),
            out.plain(target),
            out.reshape(out.dimension(classes), List.of()),
            out.scalarLike(scores, 1),
            out.scalarLike(scores, 0));
    TfValue picked = out.reduce("Sum", out.binary("Mul", last, choice), false, rank - 1);
    TfValue loss = out.unary("Neg", picked);
    TfValue weight = out.has(2) ? out.gather(out.in(2), out.plain(target), 0) : null;
    if (counted != null) {
      weight = weight == null ? counted : out.binary("Mul", weight, counted);
    }
    loss = weight == null ? loss : out.binary("Mul", loss, weight);
    int[] all = IntStream.range(0, rank - 1).toArray();
    return switch (n.text("reduction", "mean")) {
      case "none" -> loss;
      case "sum" -> out.reduce("Sum", loss, false, all);
      default ->
          weight == null
              ? out.reduce("Mean", loss, false, all)
              : out.binary(
                  "RealDiv",
                  out.reduce("Sum", loss, false, all),
                  out.reduce("Sum", weight, false, all));
    };
  }
}
