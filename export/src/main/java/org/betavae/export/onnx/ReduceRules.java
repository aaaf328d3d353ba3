package org.betavae.export.onnx;

import static org.betavae.export.onnx.Inference.axis;
import static org.betavae.export.onnx.Inference.set;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.ElementType;
import org.betavae.export.onnx.Inference.Rule;

/** Operators that reduce along axes. */
final class ReduceRules {
  static final List<String> REDUCE =
      List.of(
          "ReduceSum",
          "ReduceMean",
          "ReduceMax",
          "ReduceMin",
          "ReduceProd",
          "ReduceL1",
          "ReduceL2",
          "ReduceLogSumExp",
          "ReduceSumSquare");

  private ReduceRules() {}

  static void register(Map<String, Rule> rules) {
    REDUCE.forEach(op -> rules.put(op, ReduceRules::reduce));
    for (String op : List.of("ArgMax", "ArgMin")) {
      rules.put(op, ReduceRules::arg);
    }
    rules.put("TopK", ReduceRules::topK);
  }

  private static void reduce(OnnxNode n, OnnxGraph g) {
    OnnxValue in = n.input(0);
    long[] axes = Inference.axes(n, 1);
    if (in.shape() == null || axes == null) {
      set(n, in.type(), null);
      return;
    }
    Set<Integer> gone = Inference.axes(n, axes, in.rank());
    boolean all = axes.length == 0 && n.integer("noop_with_empty_axes", 0) == 0;
    set(n, in.type(), without(in.shape(), gone, all, n.integer("keepdims", 1) != 0));
  }

  private static List<Dim> without(List<Dim> shape, Set<Integer> gone, boolean all, boolean keep) {
    List<Dim> out = new ArrayList<>();
    for (int i = 0; i < shape.size(); i++) {
      if (!all && !gone.contains(i)) {
        out.add(shape.get(i));
      } else if (keep) {
        out.add(Dim.ONE);
      }
    }
    return out;
  }

  private static void arg(OnnxNode n, OnnxGraph g) {
    OnnxValue in = n.input(0);
    if (in.shape() == null) {
      set(n, ElementType.INT64, null);
      return;
    }
    Set<Integer> gone = Set.of(axis(n, n.integer("axis", 0), in.rank()));
    set(n, ElementType.INT64, without(in.shape(), gone, false, n.integer("keepdims", 1) != 0));
  }

  private static void topK(OnnxNode n, OnnxGraph g) {
    OnnxValue in = n.input(0);
    List<Dim> out = in.shape() == null ? null : new ArrayList<>(in.shape());
    if (out != null) {
      List<Dim> k = n.input(1).elements();
      out.set(axis(n, n.integer("axis", -1), in.rank()), k == null ? g.freshDim() : k.get(0));
    }
    n.outputs().get(0).infer(in.type(), out);
    n.outputs().get(1).infer(ElementType.INT64, out);
  }
}
