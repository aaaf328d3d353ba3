package org.betavae.export.tf;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.betavae.export.TensorSpec;

/**
 * A flat TensorFlow graph: functions inlined, variables replaced by their values, cut to what the
 * outputs need.
 *
 * @param nodes every node after those that it reads
 * @param inputs in the signature's order
 * @param outputs in the signature's order
 * @param origin the ONNX model that it was imported from; null if it was not
 */
public record TfGraph(
    List<TfNode> nodes, List<Input> inputs, List<Output> outputs, OnnxOrigin origin) {
  /** Copies the lists. */
  public TfGraph {
    nodes = List.copyOf(nodes);
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
  }

  /** A graph that was never an ONNX model. */
  public TfGraph(List<TfNode> nodes, List<Input> inputs, List<Output> outputs) {
    this(nodes, inputs, outputs, null);
  }

  /** The same graph with another origin. */
  public TfGraph withOrigin(OnnxOrigin value) {
    return new TfGraph(nodes, inputs, outputs, value);
  }

  /**
   * A graph input.
   *
   * @param spec name, type and shape as the signature gives them
   * @param node the placeholder; not among the nodes when no output reads it
   */
  public record Input(TensorSpec spec, TfNode node) {}

  /**
   * A graph output.
   *
   * @param spec name, type and shape as the signature gives them
   * @param value what to return
   */
  public record Output(TensorSpec spec, TfOutput value) {}

  /** How many nodes there are of each operator, those inside of loops and branches too. */
  public SortedMap<String, Integer> operatorCounts() {
    SortedMap<String, Integer> counts = new TreeMap<>();
    forEachNode(n -> counts.merge(n.op(), 1, Integer::sum));
    return counts;
  }

  /** Calls an action with every node, those inside of loops and branches after their node. */
  public void forEachNode(Consumer<TfNode> action) {
    forEach(nodes, action);
  }

  private static void forEach(List<TfNode> nodes, Consumer<TfNode> action) {
    for (TfNode n : nodes) {
      action.accept(n);
      for (TfBody body : n.bodies()) {
        forEach(
            body.nodes().stream().filter(inner -> !inner.op().equals(TfNode.INPUT)).toList(),
            action);
      }
    }
  }
}
