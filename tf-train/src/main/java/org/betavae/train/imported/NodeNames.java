package org.betavae.train.imported;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.betavae.export.tf.TfNode;

/** Nodes by their operators, as messages name them. */
final class NodeNames {
  private static final int SHOWN = 6;

  private final TreeMap<String, List<String>> nodes = new TreeMap<>();

  void add(ImportedGraph graph, TfNode node) {
    nodes
        .computeIfAbsent(node.op(), op -> new ArrayList<>())
        .add("'" + graph.role() + ": " + node.name() + "'");
  }

  /** {@code Erf ('encoder: a', 'decoder: b'), Round ('encoder: c')}. */
  @Override
  public String toString() {
    return nodes.entrySet().stream()
        .map(e -> e.getKey() + " (" + brief(e.getValue()) + ")")
        .collect(Collectors.joining(", "));
  }

  /** The first names, and how many more there are. */
  static String brief(List<String> names) {
    int shown = Math.min(SHOWN, names.size());
    return String.join(", ", names.subList(0, shown))
        + (names.size() > shown ? " and " + (names.size() - shown) + " more" : "");
  }
}
