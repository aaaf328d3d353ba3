package org.betavae.export.totf;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.ElementType;
import org.betavae.export.onnx.Dim;

/**
 * ONNX's reductions, composed of TensorFlow's {@code Sum}, {@code Mean}, {@code Max}, {@code Min}
 * and {@code Prod}, which have gradients.
 */
final class ReduceImporter implements OpImporter {
  private static final Map<String, String> PLAIN =
      Map.of(
          "ReduceSum", "Sum",
          "ReduceMean", "Mean",
          "ReduceMax", "Max",
          "ReduceMin", "Min",
          "ReduceProd", "Prod");

  @Override
  public Set<String> onnxOps() {
    return Set.of(
        "ReduceSum",
        "ReduceMean",
        "ReduceMax",
        "ReduceMin",
        "ReduceProd",
        "ReduceL1",
        "ReduceL2",
        "ReduceLogSum",
        "ReduceLogSumExp",
        "ReduceSumSquare");
  }

  @Override
  public void convert(OnnxOp n, TfEmitter out) {
    Axes axes = Axes.of(n, out);
    TfValue x = axes.flattened() ? out.reshape(out.in(0), List.of(out.freshDim())) : out.in(0);
    boolean keep = n.flag("keepdims", true);
    out.out(
        switch (n.op()) {
          case "ReduceL1" -> axes.reduce(out, "Sum", out.unary("Abs", x), keep);
          case "ReduceL2" -> out.unary("Sqrt", axes.reduce(out, "Sum", square(out, x), keep));
          case "ReduceSumSquare" -> axes.reduce(out, "Sum", square(out, x), keep);
          case "ReduceLogSum" -> out.unary("Log", axes.reduce(out, "Sum", x, keep));
          case "ReduceLogSumExp" -> logSumExp(out, axes, x, keep);
          default -> plain(n, out, axes, x, keep);
        });
  }

  private static TfValue square(TfEmitter out, TfValue x) {
    return out.unary("Square", x);
  }

  private static TfValue plain(OnnxOp n, TfEmitter out, Axes axes, TfValue x, boolean keep) {
    boolean logic = x.type() == ElementType.BOOL;
    String op = logic ? (n.is("ReduceMax") ? "Any" : "All") : PLAIN.get(n.op());
    return axes.reduce(out, op, x, keep);
  }

  /** Without overflow: the largest element is taken out of the sum, unless it is infinite. */
  private static TfValue logSumExp(TfEmitter out, Axes axes, TfValue x, boolean keep) {
    TfValue largest = out.unary("StopGradient", axes.reduce(out, "Max", x, true));
    TfValue zero = out.scalarLike(x, 0);
    TfValue finite = out.unary("IsFinite", largest);
    TfValue shift = out.broadcasting("SelectV2", Map.of(), finite, largest, zero);
    TfValue sum = axes.reduce(out, "Sum", out.unary("Exp", out.binary("Sub", x, shift)), keep);
    TfValue moved = keep ? shift : axes.reduce(out, "Sum", shift, false);
    return out.binary("AddV2", out.unary("Log", sum), moved);
  }

  /**
   * Which axes to reduce.
   *
   * @param known null if they are computed at run time
   * @param computed null if they are known
   * @param flattened true if all axes of an input of unknown rank are reduced
   */
  private record Axes(List<Integer> known, TfValue computed, boolean flattened) {
    static Axes of(OnnxOp n, TfEmitter out) {
      TfValue x = out.in(0);
      boolean noop = n.flag("noop_with_empty_axes", false);
      long[] given = n.integers("axes");
      TfValue input = given == null ? out.optional(1) : null;
      if (input != null) {
        given = input.isConstant() ? input.constant().toLongs() : Shapes.known(input.elements());
        boolean empty = input.shape() != null && input.shape().stream().anyMatch(d -> d.is(0));
        if (given == null && !empty) {
          return new Axes(null, computed(out, x, input, noop), false);
        }
      }
      if (given != null && given.length > 0) {
        return ofKnown(out.axes(given, out.rank(x)));
      }
      if (noop) {
        return ofKnown();
      }
      if (x.rank() < 0 && !n.flag("keepdims", true)) {
        return new Axes(List.of(0), null, true);
      }
      return ofKnown(Shapes.range(out.rank(x)));
    }

    private static Axes ofKnown(int... axes) {
      return new Axes(Arrays.stream(axes).boxed().toList(), null, false);
    }

    /** Axes read at run time; if there may be none, that means all of them. */
    private static TfValue computed(TfEmitter out, TfValue x, TfValue axes, boolean noop) {
      if (noop || (axes.rank() == 1 && axes.shape().get(0).isKnown())) {
        return out.plain(axes);
      }
      int rank = out.rank(x);
      TfValue at = out.cast(axes, ElementType.INT64);
      TfValue positive =
          out.binary("FloorMod", at, out.scalar(ElementType.INT64, Math.max(1, rank)));
      TfValue ones =
          out.node(
              "OneHot",
              Map.of(),
              null,
              positive,
              out.integer(rank),
              out.scalar(ElementType.INT32, 1),
              out.scalar(ElementType.INT32, 0));
      List<Dim> length = Shapes.dims(rank);
      TfValue counts = out.node("Sum", Map.of(), length, ones, out.constantInts(0));
      TfValue some = out.binary("Greater", counts, out.integer(0));
      TfValue none =
          out.unary("LogicalNot", out.node("Any", Map.of(), List.of(), some, out.constantInts(0)));
      TfValue chosen = out.binary("LogicalOr", some, none);
      TfValue places = out.node("Where", Map.of(), null, chosen);
      return out.node("Reshape", Map.of(), List.of(out.freshDim()), places, out.constantInts(-1));
    }

    TfValue reduce(TfEmitter out, String op, TfValue v, boolean keep) {
      if (computed == null) {
        return out.reduce(op, v, keep, known.stream().mapToInt(Integer::intValue).toArray());
      }
      return out.node(op, Map.of("keep_dims", keep), shape(out, v, keep), v, computed);
    }

    private List<Dim> shape(TfEmitter out, TfValue v, boolean keep) {
      boolean counted = computed.rank() == 1 && computed.shape().get(0).isKnown();
      if (v.shape() == null || !(keep || counted)) {
        return null;
      }
      int rank = keep ? v.rank() : v.rank() - (int) computed.shape().get(0).value();
      List<Dim> shape = new ArrayList<>(Collections.nCopies(Math.max(0, rank), null));
      shape.replaceAll(d -> out.freshDim());
      return shape;
    }
  }
}
