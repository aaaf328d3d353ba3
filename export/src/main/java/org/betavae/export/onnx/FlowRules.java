package org.betavae.export.onnx;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.betavae.export.onnx.Inference.Rule;

/** Operators that run graphs inside of them. */
final class FlowRules {
  /** Iteration number and condition come before the values that a Loop carries. */
  private static final int BEFORE_CARRIED = 2;

  private FlowRules() {}

  static void register(Map<String, Rule> rules) {
    rules.put("Loop", FlowRules::loop);
    rules.put("If", FlowRules::choice);
  }

  /**
   * What the body carries has the shape of its parameter, which holds before and after each
   * iteration; unknown dimensions of it that only the body knows get names of their own. Further
   * outputs of the body are stacked, one for each iteration.
   */
  private static void loop(OnnxNode n, OnnxGraph g) {
    OnnxGraph body = (OnnxGraph) n.attributes().get("body");
    int carried = n.listedInputs() - BEFORE_CARRIED;
    List<OnnxValue> results = List.copyOf(body.outputs().values());
    Dim iterations = g.freshDim();
    for (int i = 0; i < n.outputs().size(); i++) {
      OnnxValue result = results.get(i + 1);
      List<Dim> shape = result.shape();
      if (i < carried) {
        List<Dim> begin = n.input(i + BEFORE_CARRIED).shape();
        shape = either(begin, body.inputs().get(i + BEFORE_CARRIED).shape(), g);
      } else if (shape != null) {
        shape = new ArrayList<>(shape);
        shape.replaceAll(d -> d.isKnown() ? d : g.freshDim());
        shape.add(0, iterations);
      }
      n.outputs().get(i).infer(result.type(), shape);
    }
  }

  private static void choice(OnnxNode n, OnnxGraph g) {
    List<OnnxValue> yes =
        List.copyOf(((OnnxGraph) n.attributes().get("then_branch")).outputs().values());
    List<OnnxValue> no =
        List.copyOf(((OnnxGraph) n.attributes().get("else_branch")).outputs().values());
    for (int i = 0; i < n.outputs().size(); i++) {
      n.outputs().get(i).infer(yes.get(i).type(), either(yes.get(i).shape(), no.get(i).shape(), g));
    }
  }

  /** A shape that holds whichever of two a value has. */
  private static List<Dim> either(List<Dim> a, List<Dim> b, OnnxGraph g) {
    if (a == null || b == null || a.size() != b.size()) {
      return null;
    }
    List<Dim> out = new ArrayList<>();
    for (int i = 0; i < a.size(); i++) {
      out.add(a.get(i).equals(b.get(i)) ? a.get(i) : g.freshDim());
    }
    return out;
  }
}
