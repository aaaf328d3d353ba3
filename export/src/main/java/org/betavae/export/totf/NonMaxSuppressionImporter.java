package org.betavae.export.totf;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.ElementType;
import org.betavae.export.onnx.Dim;

/**
 * ONNX {@code NonMaxSuppression(boxes [B,N,4], scores [B,C,N])} to one TF {@code
 * NonMaxSuppressionV3} for each item and class, so both numbers have to be known.
 */
final class NonMaxSuppressionImporter implements OpImporter {
  private static final int MOST = 4096;

  @Override
  public Set<String> onnxOps() {
    return Set.of("NonMaxSuppression");
  }

  @Override
  public void convert(OnnxOp n, TfEmitter out) {
    TfValue boxes = out.plain(out.in(0));
    TfValue scores = out.plain(out.in(1));
    if (n.flag("center_point_box", false)) {
      boxes = corners(out, boxes);
    }
    TfValue most = number(out, 2, ElementType.INT32, 0);
    TfValue overlap = number(out, 3, ElementType.FLOAT32, 0);
    TfValue least = number(out, 4, ElementType.FLOAT32, Double.NEGATIVE_INFINITY);
    int items = out.size(scores, 0);
    int classes = out.size(scores, 1);
    if ((long) items * classes > MOST) {
      throw out.fail(
          "it has " + items + " items of " + classes + " classes",
          "expected at most " + MOST + " in all");
    }
    List<TfValue> found = new ArrayList<>();
    for (int b = 0; b < items; b++) {
      TfValue own = out.squeeze(out.slice(boxes, 0, b, b + 1), 0);
      for (int c = 0; c < classes; c++) {
        TfValue score = out.slice(out.slice(scores, 0, b, b + 1), 1, c, c + 1);
        Dim count = out.freshDim();
        TfValue chosen =
            out.node(
                "NonMaxSuppressionV3",
                Map.of(),
                List.of(count),
                own,
                out.squeeze(score, 0, 1),
                most,
                overlap,
                least);
        TfValue at = out.cast(chosen, ElementType.INT64);
        TfValue zero = out.unary("ZerosLike", at);
        found.add(
            out.node(
                "Pack",
                Map.of("axis", 1),
                List.of(count, Dim.of(3)),
                out.binary("AddV2", zero, Indices.number(out, b)),
                out.binary("AddV2", zero, Indices.number(out, c)),
                at));
      }
    }
    out.out(out.concat(0, found));
  }

  private static TfValue number(TfEmitter out, int i, ElementType type, double otherwise) {
    return out.has(i)
        ? out.cast(out.reshape(out.in(i), List.of()), type)
        : out.scalar(type, otherwise);
  }

  /** [x, y, width, height] to [y1, x1, y2, x2]. */
  private static TfValue corners(TfEmitter out, TfValue boxes) {
    TfValue x = out.slice(boxes, 2, 0, 1);
    TfValue y = out.slice(boxes, 2, 1, 2);
    TfValue half = out.scalarLike(boxes, 0.5);
    TfValue w = out.binary("Mul", out.slice(boxes, 2, 2, 3), half);
    TfValue h = out.binary("Mul", out.slice(boxes, 2, 3, 4), half);
    return out.concat(
        2,
        List.of(
            out.binary("Sub", y, h),
            out.binary("Sub", x, w),
            out.binary("AddV2", y, h),
            out.binary("AddV2", x, w)));
  }
}
