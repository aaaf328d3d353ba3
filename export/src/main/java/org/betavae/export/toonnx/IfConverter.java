package org.betavae.export.toonnx;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.onnx.OnnxGraph;
import org.betavae.export.onnx.OnnxValue;
import org.betavae.export.tf.TfBody;
import org.betavae.export.tf.TfNode;

/**
 * TF {@code If(condition, v...; then_branch, else_branch)} to ONNX {@code If(cond; then_branch,
 * else_branch)}, whose branches read the values around them.
 */
final class IfConverter implements OpConverter {
  @Override
  public Set<String> tfOps() {
    return Set.of("If", "StatelessIf");
  }

  @Override
  public void convert(TfNode n, Emitter out) {
    TfBody yes = n.bodies().get(0);
    TfBody no = n.bodies().get(1);
    bind(
        choose(
            out.truth(out.in(0)), in -> in.body(yes, List.of()), in -> in.body(no, List.of()), out),
        out);
  }

  /** Computes the values of one branch. */
  interface Branch {
    /** The values; null where one is not needed. */
    List<OnnxValue> emit(Emitter in);
  }

  /** Binds the outputs that are needed. */
  static void bind(List<OnnxValue> values, Emitter out) {
    for (int i = 0; i < values.size(); i++) {
      if (values.get(i) != null) {
        out.out(i, values.get(i));
      }
    }
  }

  /** The values of one of two branches; null where one is not needed. */
  static List<OnnxValue> choose(OnnxValue condition, Branch yes, Branch no, Emitter out) {
    if (condition.isConstant()) {
      return (condition.constant().longAt(0) != 0 ? yes : no).emit(out);
    }
    OnnxGraph yesGraph = new OnnxGraph(out.graph());
    OnnxGraph noGraph = new OnnxGraph(out.graph());
    Emitter inYes = out.inside(yesGraph);
    Emitter inNo = out.inside(noGraph);
    List<OnnxValue> a = new ArrayList<>(yes.emit(inYes));
    List<OnnxValue> b = new ArrayList<>(no.emit(inNo));
    int count = 0;
    for (int i = 0; i < a.size(); i++) {
      if (a.get(i) == null) {
        continue;
      }
      if (a.get(i).type() != b.get(i).type()) {
        throw out.fail(
            "output " + i + " is " + a.get(i).type() + " or " + b.get(i).type(),
            "expected one type");
      }
      // A list that one branch leaves empty takes the shape that the other gives it.
      if (inYes.isUnwritten(a.get(i)) && !inNo.isUnwritten(b.get(i))) {
        a.set(i, Lists.ofElements(a.get(i), b.get(i), inYes));
      } else if (inNo.isUnwritten(b.get(i)) && !inYes.isUnwritten(a.get(i))) {
        b.set(i, Lists.ofElements(b.get(i), a.get(i), inNo));
      }
      yesGraph.addOutput("then_" + i, a.get(i));
      noGraph.addOutput("else_" + i, b.get(i));
      count++;
    }
    Rewrites.apply(yesGraph, out.returned());
    Rewrites.apply(noGraph, out.returned());
    List<OnnxValue> made =
        out.emitAll(
            "If", Map.of("then_branch", yesGraph, "else_branch", noGraph), count, condition);
    List<OnnxValue> results = new ArrayList<>();
    for (int i = 0, k = 0; i < a.size(); i++) {
      OnnxValue v = a.get(i) == null ? null : made.get(k++);
      results.add(v != null && inYes.isUnwritten(a.get(i)) ? out.unwritten(v) : v);
    }
    return results;
  }
}
