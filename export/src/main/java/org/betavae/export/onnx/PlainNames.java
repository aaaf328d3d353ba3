package org.betavae.export.onnx;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Names for a graph that was an ONNX model before: those of its nodes without what the ways there
 * and back added, of Transposes and their like after the node that they read, of constants after
 * the node that reads them, and of weights as they were. So names do not grow from one round trip
 * to the next.
 */
public final class PlainNames {
  /** Added in front of or behind other nodes; named after the node that they read. */
  private static final Set<String> LAYOUT =
      Set.of("Transpose", "Reshape", "Squeeze", "Unsqueeze", "Cast", "Identity", "Pad");

  private final Map<String, String> weights;
  private final Predicate<String> isOperator;
  private final Set<String> taken = new HashSet<>();
  private final Map<String, Integer> numbers = new HashMap<>();
  private final Set<OnnxValue> named = new HashSet<>();

  /** Which node gets a name that several want: the one that has it, or the last of all. */
  private final Map<String, OnnxNode> wanted = new HashMap<>();

  private PlainNames(Map<String, String> weights, Predicate<String> isOperator) {
    this.weights = weights;
    this.isOperator = isOperator;
  }

  /**
   * Renames nodes and values.
   *
   * @param weights names of weights in the file, by those in the graph
   * @param isOperator whether a part of a name is that of an operator other than ONNX's own
   */
  public static void apply(
      OnnxGraph graph, Map<String, String> weights, Predicate<String> isOperator) {
    PlainNames names = new PlainNames(weights, isOperator);
    names.collect(graph);
    names.rename(graph);
  }

  private void collect(OnnxGraph graph) {
    for (OnnxNode n : graph.inOrder()) {
      if (!LAYOUT.contains(n.op())) {
        String plain = plain(n.name());
        wanted.merge(plain, n, (a, b) -> a.name().equals(plain) ? a : b);
      }
      n.graphs().forEach(this::collect);
    }
  }

  private String wanted(OnnxNode n) {
    if (!LAYOUT.contains(n.op())) {
      return plain(n.name());
    }
    OnnxValue v = n.input(0);
    return (v.producer() == null ? v.name() : v.producer().name()) + "/" + n.op();
  }

  private void rename(OnnxGraph graph) {
    for (OnnxNode n : graph.inOrder()) {
      n.rename(unique(wanted(n), n));
      for (int i = 0; i < n.outputs().size(); i++) {
        n.outputs().get(i).rename(n.name() + ":" + i);
      }
      for (int i = 0; i < n.listedInputs(); i++) {
        nameConstant(n.input(i), n.name() + "/in" + i);
      }
      int at = 0;
      for (OnnxGraph inner : n.graphs()) {
        String scope = n.name() + "/graph" + at++;
        for (int i = 0; i < inner.inputs().size(); i++) {
          inner.inputs().get(i).rename(scope + "/in" + i);
        }
        inner.renameOutputs(i -> scope + "/out" + i);
        rename(inner);
      }
    }
    graph.outputs().forEach((name, v) -> nameConstant(v, name + "/value"));
  }

  private void nameConstant(OnnxValue v, String otherwise) {
    if (v != null && v.isConstant() && named.add(v)) {
      v.rename(weights.getOrDefault(v.name(), otherwise));
    }
  }

  private String plain(String name) {
    String left = name;
    for (int slash = left.lastIndexOf('/'); slash > 0; slash = left.lastIndexOf('/')) {
      String last = left.substring(slash + 1).replaceFirst("_\\d+$", "");
      if (!isOperator.test(last) && StandardOperators.versions(last).isEmpty()) {
        break;
      }
      left = left.substring(0, slash);
    }
    return left;
  }

  /** Numbered if another node has it or wants it for itself. */
  private String unique(String name, OnnxNode node) {
    String free = name;
    while ((wanted.containsKey(free) && wanted.get(free) != node) || !taken.add(free)) {
      free = name + "_" + numbers.merge(name, 1, Integer::sum);
    }
    return free;
  }
}
