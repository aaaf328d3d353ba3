package org.betavae.export.toonnx;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.onnx.OnnxGraph;
import org.betavae.export.onnx.OnnxNode;
import org.betavae.export.onnx.OnnxValue;

/**
 * Values that a {@code Loop} carries though neither its other results nor anything behind it need
 * them, such as counters of iterations, which ONNX counts itself.
 */
final class DropCarried implements Rewrite {
  /** Inputs of a Loop, and of its body, before the carried values: M or iteration, condition. */
  private static final int FIRST = 2;

  @Override
  public boolean apply(OnnxGraph graph) {
    boolean changed = false;
    for (OnnxNode n : graph.nodes()) {
      if (n.is("Loop") && graph.has(n)) {
        changed |= apply(graph, n);
      }
    }
    return changed;
  }

  private static boolean apply(OnnxGraph graph, OnnxNode loop) {
    OnnxGraph body = (OnnxGraph) loop.attributes().get("body");
    int carried = loop.listedInputs() - FIRST;
    Set<Integer> kept = needed(graph, loop, body, carried);
    if (kept.size() == loop.outputs().size()) {
      return false;
    }
    List<String> results = List.copyOf(body.outputs().keySet());
    List<OnnxValue> inputs = new ArrayList<>(loop.inputs().subList(0, FIRST));
    List<OnnxValue> dropped = new ArrayList<>();
    List<OnnxValue> outputs = new ArrayList<>();
    for (int i = 0; i < loop.outputs().size(); i++) {
      if (kept.contains(i)) {
        outputs.add(loop.outputs().get(i));
        if (i < carried) {
          inputs.add(loop.input(FIRST + i));
        }
      } else {
        body.removeOutput(results.get(1 + i));
        if (i < carried) {
          dropped.add(body.inputs().get(FIRST + i));
        }
      }
    }
    body.removeUnneeded();
    dropped.forEach(body::removeInput);
    List<OnnxValue> made =
        graph.nodes("Loop", loop.name(), inputs, Map.of("body", body), outputs.size());
    for (int k = 0; k < made.size(); k++) {
      graph.replace(outputs.get(k), made.get(k));
    }
    return true;
  }

  /** The numbers of the results that are read, or that those that are read follow from. */
  private static Set<Integer> needed(OnnxGraph graph, OnnxNode loop, OnnxGraph body, int carried) {
    List<OnnxValue> results = List.copyOf(body.outputs().values());
    Set<Integer> kept = new HashSet<>();
    for (int i = 0; i < loop.outputs().size(); i++) {
      OnnxValue v = loop.outputs().get(i);
      if (!v.users().isEmpty() || graph.isOutput(v)) {
        kept.add(i);
      }
    }
    int before = -1;
    while (kept.size() != before) {
      before = kept.size();
      List<OnnxValue> ends = new ArrayList<>(List.of(results.get(0)));
      kept.forEach(i -> ends.add(results.get(1 + i)));
      Set<OnnxValue> read = body.readBy(ends);
      for (int i = 0; i < carried; i++) {
        if (read.contains(body.inputs().get(FIRST + i))) {
          kept.add(i);
        }
      }
    }
    return kept;
  }
}
