package org.betavae.export.toonnx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.betavae.export.ElementType;
import org.betavae.export.onnx.Dim;
import org.betavae.export.onnx.OnnxGraph;
import org.betavae.export.onnx.OnnxNode;
import org.betavae.export.onnx.OnnxValue;
import org.betavae.export.tf.TfBody;
import org.betavae.export.tf.TfNode;

/**
 * The body of a loop, built until the shapes that its values have at the beginning hold after every
 * iteration.
 */
final class LoopBody {
  private final Emitter out;
  private final TfNode node;
  private final OnnxValue[] begin;
  private final OnnxValue[] arguments;
  private final List<Integer> carried = new ArrayList<>();
  private final List<List<Dim>> shapes = new ArrayList<>();
  private final Set<Dim> varying = new HashSet<>();
  private OnnxGraph graph;
  private List<OnnxValue> results;
  private OnnxValue goesOn;

  /**
   * Builds the body of a loop.
   *
   * @param begin the values that it carries before the first iteration; null where one is not
   *     needed
   */
  LoopBody(TfNode node, OnnxValue[] begin, Emitter out) {
    this.node = node;
    this.begin = begin.clone();
    this.arguments = new OnnxValue[begin.length];
    this.out = out;
    for (int i = 0; i < begin.length; i++) {
      shapes.add(begin[i] == null ? null : begin[i].shape());
      if (begin[i] != null) {
        carried.add(i);
      }
    }
    boolean holds = false;
    while (!holds) {
      holds = build();
    }
  }

  /** The numbers of the values that it carries. */
  List<Integer> carried() {
    return carried;
  }

  /** A value before the first iteration; of a list not written yet, with room for what will be. */
  OnnxValue begin(int i) {
    return begin[i];
  }

  /** A value inside of the body before an iteration. */
  OnnxValue before(int i) {
    return arguments[i];
  }

  /** A value inside of the body after an iteration. */
  OnnxValue after(int i) {
    return results.get(i);
  }

  /** Inside of the body, whether another iteration follows. */
  OnnxValue goesOn() {
    return goesOn;
  }

  /** The carried values that count iterations from 0. */
  Set<Integer> counters() {
    Set<Integer> counters = new TreeSet<>();
    for (int i : carried) {
      boolean fromZero =
          begin[i].isConstant()
              && begin[i].type().isInteger()
              && begin[i].rank() == 0
              && begin[i].constant().longAt(0) == 0;
      OnnxNode next = results.get(i).producer();
      if (fromZero && next != null && next.is("Add")) {
        for (int side = 0; side < 2; side++) {
          OnnxValue step = next.input(1 - side);
          boolean byOne = step.isConstant() && step.constant().longAt(0) == 1;
          if (next.input(side) == arguments[i] && byOne) {
            counters.add(i);
          }
        }
      }
    }
    return counters;
  }

  /** The number of the iteration, which every body is given. */
  OnnxValue iteration() {
    return graph.inputs().get(0);
  }

  /** Sets inside of the body whether another iteration follows. */
  void goesOn(OnnxValue value) {
    goesOn = value;
  }

  /** The body, without outputs. */
  OnnxGraph graph() {
    return graph;
  }

  /** The body as a Loop wants it: whether another iteration follows, and the carried values. */
  OnnxGraph withOutputs() {
    graph.addOutput(node.name() + "/goes_on", goesOn);
    carried.forEach(i -> graph.addOutput(node.name() + "/next_" + i, results.get(i)));
    return graph;
  }

  private boolean build() {
    TfBody condition = node.bodies().get(0);
    TfBody body = node.bodies().get(1);
    graph = new OnnxGraph(out.graph());
    graph.addInput(node.name() + "/iteration", ElementType.INT64, List.of());
    graph.addInput(node.name() + "/condition", ElementType.BOOL, List.of());
    Emitter in = out.inside(graph);
    for (int i : carried) {
      TfNode parameter = body.parameters().get(i);
      String name = parameter == null ? node.name() + "/carried" : parameter.name();
      arguments[i] = graph.addInput(name, begin[i].type(), shapes.get(i));
      if (out.isUnwritten(begin[i])) {
        in.unwritten(arguments[i]);
      }
    }
    results = in.body(body, Arrays.asList(arguments));
    boolean holds = true;
    for (int i : carried) {
      holds &= holds(i, in);
    }
    if (holds) {
      goesOn = in.truth(in.body(condition, results).get(0));
    }
    return holds;
  }

  private boolean holds(int i, Emitter in) {
    OnnxValue result = results.get(i);
    if (result.type() != begin[i].type()) {
      throw out.fail(
          "value "
              + i
              + " is "
              + begin[i].type().numpyName()
              + " before the loop and "
              + result.type().numpyName()
              + " in it",
          "expected one type");
    }
    if (out.isUnwritten(begin[i]) && !in.isUnwritten(result)) {
      begin[i] = Lists.ofElements(begin[i], result, out);
      shapes.set(i, begin[i].shape());
      return false;
    }
    List<Dim> assumed = shapes.get(i);
    List<Dim> after = result.shape();
    if (assumed == null) {
      return true;
    }
    if (after == null || after.size() != assumed.size()) {
      shapes.set(i, null);
      return false;
    }
    List<Dim> common = new ArrayList<>(assumed);
    for (int d = 0; d < common.size(); d++) {
      if (!common.get(d).equals(after.get(d)) && !varying.contains(common.get(d))) {
        common.set(d, out.graph().freshDim());
        varying.add(common.get(d));
      }
    }
    shapes.set(i, common);
    return common.equals(assumed);
  }
}
