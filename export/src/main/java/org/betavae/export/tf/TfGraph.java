package org.betavae.export.tf;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.betavae.export.TensorSpec;

/**
 * A flat TensorFlow graph: functions inlined, variables replaced by their values, cut to what the
 * outputs need.
 *
 * @param nodes every node after those that it reads
 * @param inputs in the signature's order
 * @param outputs in the signature's order
 */
public record TfGraph(List<TfNode> nodes, List<Input> inputs, List<Output> outputs) {
  /** Copies the lists. */
  public TfGraph {
    nodes = List.copyOf(nodes);
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
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

  /** How many nodes there are of each operator. */
  public SortedMap<String, Integer> operatorCounts() {
    SortedMap<String, Integer> counts = new TreeMap<>();
    nodes.forEach(n -> counts.merge(n.op(), 1, Integer::sum));
    return counts;
  }
}
