package org.betavae.train.imported;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;
import org.betavae.export.TensorSpec;
import org.betavae.export.tf.TfGraph;
import org.betavae.export.tf.TfNode;
import org.betavae.export.tf.TfOutput;

/**
 * A graph that somebody exported, with names for its variables in the graph that trains it.
 *
 * <p>A variable is called {@code encoder/NAME} or {@code decoder/NAME}, where NAME is what the
 * export calls it; where the export's names all begin so already, they stay. Float32 variables are
 * weights; those that the export does not call trainable, and the mean and variance of a batch
 * norm, are moving statistics; all others, and constants, stay as they are.
 */
public final class ImportedGraph {
  private final String what;
  private final String role;
  private final TfGraph graph;
  private final boolean channelsFirst;
  private final Map<TfNode, Variable> variables = new LinkedHashMap<>();
  private final Map<TfNode, BatchNormForm> norms = new LinkedHashMap<>();
  private final String prefix;

  /**
   * A variable.
   *
   * @param name in the graph that trains it
   * @param exportedName in the export
   * @param trainable whether gradients may change it
   * @param value what it holds in the export
   */
  record Variable(String name, String exportedName, boolean trainable, Tensor value) {
    /** Row-major. */
    float[] floats() {
      float[] values = new float[value.size()];
      value.data().asFloatBuffer().get(values);
      return values;
    }
  }

  /**
   * Takes a graph.
   *
   * @param what the file or folder it is from, for messages
   * @param role {@code encoder} or {@code decoder}
   * @param channelsFirst whether images without other signs are {@code [N, C, H, W]}
   */
  public ImportedGraph(String what, String role, TfGraph graph, boolean channelsFirst) {
    this.what = what;
    this.role = role;
    this.graph = graph;
    this.channelsFirst = channelsFirst;
    for (BatchNormForm form : BatchNormForm.find(graph)) {
      norms.put(form.last().node(), form);
    }
    List<TfNode> nodes = new ArrayList<>();
    List<TfNode> statistics = new ArrayList<>();
    norms.values().forEach(form -> statistics.addAll(List.of(form.mean(), form.variance())));
    for (TfNode node : graph.nodes()) {
      boolean variable = node.variable() != TfNode.Variable.NONE || statistics.contains(node);
      if (variable && node.value() != null && node.value().type() == ElementType.FLOAT32) {
        nodes.add(node);
      }
    }
    String start = role + "/";
    boolean named = !nodes.isEmpty() && nodes.stream().allMatch(n -> n.name().startsWith(start));
    prefix = named ? "" : start;
    for (TfNode node : nodes) {
      boolean trainable =
          node.variable() == TfNode.Variable.TRAINABLE && !statistics.contains(node);
      variables.put(node, new Variable(prefix + node.name(), node.name(), trainable, node.value()));
    }
  }

  /** The file or folder it is from. */
  String what() {
    return what;
  }

  /** {@code encoder} or {@code decoder}. */
  String role() {
    return role;
  }

  TfGraph graph() {
    return graph;
  }

  boolean channelsFirst() {
    return channelsFirst;
  }

  /** What stands before an exported name. */
  String prefix() {
    return prefix;
  }

  Optional<Variable> variable(TfNode node) {
    return Optional.ofNullable(variables.get(node));
  }

  /** By the node that gives the normed values. */
  Map<TfNode, BatchNormForm> norms() {
    return norms;
  }

  boolean hasTrainableVariables() {
    return variables.values().stream().anyMatch(Variable::trainable);
  }

  /** The names that the export has for variables, by their names in the graph that trains them. */
  Map<String, String> exportedNames() {
    Map<String, String> names = new LinkedHashMap<>();
    variables.values().forEach(v -> names.put(v.name(), v.exportedName()));
    return names;
  }

  /** Names of the variables that gradients may change and a node's values follow from. */
  Set<String> trainableBehind(TfNode node) {
    Set<String> names = new TreeSet<>();
    Set<TfNode> seen = new HashSet<>();
    Deque<TfNode> open = new ArrayDeque<>(List.of(node));
    while (!open.isEmpty()) {
      TfNode at = open.pop();
      if (seen.add(at)) {
        variable(at).filter(Variable::trainable).ifPresent(v -> names.add(v.name()));
        at.inputs().stream().filter(in -> in != null).forEach(in -> open.push(in.node()));
      }
    }
    return names;
  }

  List<TensorSpec> inputs() {
    return graph.inputs().stream().map(TfGraph.Input::spec).toList();
  }

  /** The value behind an output's name. */
  TfOutput output(String name) {
    return graph.outputs().stream()
        .filter(o -> o.spec().name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException(what + " has no output " + name + "."))
        .value();
  }

  /** The value that stands for the only input. */
  TfOutput input() {
    return new TfOutput(graph.inputs().get(0).node(), 0);
  }
}
