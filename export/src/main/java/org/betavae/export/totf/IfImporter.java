package org.betavae.export.totf;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.ElementType;
import org.betavae.export.onnx.Dim;
import org.betavae.export.tf.TfBody;

/** ONNX {@code If(cond; then_branch, else_branch)} to TF {@code StatelessIf}. */
final class IfImporter implements OpImporter {
  @Override
  public Set<String> onnxOps() {
    return Set.of("If");
  }

  @Override
  public void convert(OnnxOp n, TfEmitter out) {
    TfValue condition = out.in(0);
    if (condition.isConstant()) {
      boolean yes = condition.constant().longAt(0) != 0;
      bind(out.inline(n.graph(yes ? "then_branch" : "else_branch"), List.of()), out);
      return;
    }
    TfEmitter yes = out.inside();
    TfEmitter no = out.inside();
    List<TfValue> first = ends(yes, yes.inline(n.graph("then_branch"), List.of()));
    List<TfValue> second = ends(no, no.inline(n.graph("else_branch"), List.of()));
    List<ElementType> types = new ArrayList<>();
    List<List<Dim>> shapes = new ArrayList<>();
    for (int i = 0; i < first.size(); i++) {
      if (first.get(i).type() != second.get(i).type()) {
        throw out.fail(
            "its result " + i + " is " + first.get(i) + " or " + second.get(i),
            "expected one type");
      }
      types.add(first.get(i).type());
      shapes.add(common(first.get(i).shape(), second.get(i).shape(), out));
    }
    List<TfBody> bodies =
        List.of(
            yes.graph().buildBody(first.stream().map(TfValue::output).toList()),
            no.graph().buildBody(second.stream().map(TfValue::output).toList()));
    TfValue single = out.plain(out.reshape(condition, new long[0]));
    bind(
        out.flow("StatelessIf", Map.of("Tout", types), List.of(single), bodies, types, shapes),
        out);
  }

  private static void bind(List<TfValue> results, TfEmitter out) {
    for (int i = 0; i < results.size(); i++) {
      out.out(i, results.get(i));
    }
  }

  /** The results as outputs of nodes inside of the graph. */
  static List<TfValue> ends(TfEmitter in, List<TfValue> results) {
    return results.stream().map(in::ownEnd).toList();
  }

  /** What two shapes have in common; null if not even the rank. */
  static List<Dim> common(List<Dim> a, List<Dim> b, TfEmitter out) {
    if (a == null || b == null || a.size() != b.size()) {
      return null;
    }
    List<Dim> shape = new ArrayList<>();
    for (int i = 0; i < a.size(); i++) {
      shape.add(a.get(i).equals(b.get(i)) ? a.get(i) : out.freshDim());
    }
    return shape;
  }
}
