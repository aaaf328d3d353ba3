package org.betavae.export.onnx;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntFunction;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;

/**
 * An ONNX graph under construction. Every node is inferred and, where all inputs are constants,
 * computed as it is added, so converters and rewrites may ask for types, shapes and constants at
 * any time.
 *
 * <p>Not for use by several threads. Names are numbered per graph, so the same calls give the same
 * graph.
 */
public final class OnnxGraph {
  /** A constant changed by one of these is still known by its own name. */
  private static final Set<String> KEEPS_ELEMENTS =
      Set.of("Transpose", "Reshape", "Squeeze", "Unsqueeze", "Cast", "Identity");

  private final int opset;
  private final OnnxGraph parent;
  private final Set<OnnxNode> nodes = new LinkedHashSet<>();
  private final List<OnnxValue> inputs = new ArrayList<>();
  private final Map<String, OnnxValue> outputs = new LinkedHashMap<>();
  private final Map<OnnxValue, OnnxValue> captures = new LinkedHashMap<>();
  private int freshDims;

  /** An empty graph for a version of the standard operator set. */
  public OnnxGraph(int opset) {
    this.opset = opset;
    this.parent = null;
  }

  /**
   * An empty graph to become an attribute of a node, such as the body of a Loop. Constants may be
   * shared with the graphs around it; other values of theirs it reads through {@link #capture}.
   */
  public OnnxGraph(OnnxGraph parent) {
    this.opset = parent.opset;
    this.parent = parent;
  }

  /** Version of the standard operator set. */
  public int opset() {
    return opset;
  }

  /** Adds a graph input. */
  public OnnxValue addInput(String name, ElementType type, List<Dim> shape) {
    OnnxValue v = new OnnxValue(name, type, shape, null);
    inputs.add(v);
    return v;
  }

  /** The graph around this one; null for the outermost. */
  public OnnxGraph parent() {
    return parent;
  }

  /**
   * What stands in this graph for a value of the graph around it. The node that takes this graph as
   * an attribute reads the captured values as further inputs, which the file does not list.
   */
  public OnnxValue capture(OnnxValue outer) {
    if (outer.isConstant()) {
      return outer;
    }
    return captures.computeIfAbsent(
        outer,
        v -> {
          OnnxValue inner = new OnnxValue(v.name(), v.type(), v.shape(), null);
          inner.inferElements(v.elements());
          return inner;
        });
  }

  /** The value of the graph around that a captured one stands for; null for any other value. */
  public OnnxValue outside(OnnxValue inner) {
    return captures.entrySet().stream()
        .filter(e -> e.getValue() == inner)
        .map(Map.Entry::getKey)
        .findFirst()
        .orElse(null);
  }

  /** Inputs, captured values and results of nodes, in the order in which they were added. */
  public List<OnnxValue> visible() {
    List<OnnxValue> all = new ArrayList<>(inputs);
    all.addAll(captures.values());
    nodes.forEach(n -> all.addAll(n.outputs()));
    return all;
  }

  /** The values of the graph around that this graph reads, by those with what stands for them. */
  Map<OnnxValue, OnnxValue> captures() {
    return captures;
  }

  /** Another value of the graph around takes the place of a captured one. */
  private void recapture(OnnxValue old, OnnxValue with) {
    OnnxValue inner = captures.remove(old);
    if (inner == null) {
      return;
    }
    OnnxValue same = with.isConstant() ? with : captures.putIfAbsent(with, inner);
    if (same != null) {
      replace(inner, same);
    }
  }

  /** Makes a value a graph output under a name. */
  public void addOutput(String name, OnnxValue value) {
    outputs.put(name, value);
  }

  /** Takes away an output, not the value that it gives. */
  public void removeOutput(String name) {
    outputs.remove(name);
  }

  /**
   * Takes away an input.
   *
   * @throws IllegalStateException if something reads it
   */
  public void removeInput(OnnxValue input) {
    if (!input.users().isEmpty() || isOutput(input)) {
      throw new IllegalStateException(
          "input '" + input.name() + "' is read, expected no reader. Remove the readers first.");
    }
    inputs.remove(input);
  }

  /** All values that are read to compute some values, and these themselves. */
  public Set<OnnxValue> readBy(Collection<OnnxValue> ends) {
    Set<OnnxValue> read = new HashSet<>(ends);
    for (OnnxNode n : TopologicalOrder.of(ends)) {
      read.addAll(n.inputs());
    }
    return read;
  }

  /** Gives the outputs other names, by their number. */
  void renameOutputs(IntFunction<String> name) {
    List<OnnxValue> values = List.copyOf(outputs.values());
    outputs.clear();
    for (int i = 0; i < values.size(); i++) {
      outputs.put(name.apply(i), values.get(i));
    }
  }

  /** The graph inputs. */
  public List<OnnxValue> inputs() {
    return Collections.unmodifiableList(inputs);
  }

  /** The graph outputs by name. */
  public Map<String, OnnxValue> outputs() {
    return Collections.unmodifiableMap(outputs);
  }

  /** True if a graph output is this value. */
  public boolean isOutput(OnnxValue value) {
    return outputs.containsValue(value);
  }

  /** The nodes as they were added; a copy, so that a caller may change the graph meanwhile. */
  public List<OnnxNode> nodes() {
    return List.copyOf(nodes);
  }

  /** True unless the node was removed. */
  public boolean has(OnnxNode node) {
    return nodes.contains(node);
  }

  /** A constant. */
  public OnnxValue constant(String name, Tensor value) {
    List<Dim> shape = new ArrayList<>();
    for (long d : value.shape()) {
      shape.add(Dim.of(d));
    }
    return new OnnxValue(name, value.type(), shape, value);
  }

  /** A vector of int64, the form of shapes and axes. */
  public OnnxValue longs(long... values) {
    return constant("ints", Tensor.longs(values));
  }

  /** A number without dimensions. */
  public OnnxValue scalar(ElementType type, double value) {
    return constant("scalar", Tensor.scalar(type, value));
  }

  /** A fresh unknown dimension. */
  public Dim freshDim() {
    return parent != null ? parent.freshDim() : Dim.unknown("unknown_" + ++freshDims);
  }

  /** Adds a node with one output, or computes it if all inputs are constants. */
  public OnnxValue node(String op, String name, List<OnnxValue> in, Map<String, ?> attributes) {
    return nodes(op, name, in, attributes, 1).get(0);
  }

  /** Adds a node with several outputs, or computes it if all inputs are constants. */
  public List<OnnxValue> nodes(
      String op, String name, List<OnnxValue> in, Map<String, ?> attributes, int outputCount) {
    OnnxNode node = new OnnxNode(op, name, in, attributes);
    node.graphs().forEach(g -> g.captures.keySet().forEach(node::addCapture));
    List<Tensor> folded = Folding.fold(node, outputCount);
    if (folded != null) {
      List<OnnxValue> out = new ArrayList<>();
      String source = KEEPS_ELEMENTS.contains(op) ? in.get(0).name() : name;
      folded.forEach(t -> out.add(constant(source, t)));
      return out;
    }
    for (int i = 0; i < outputCount; i++) {
      node.addOutput(new OnnxValue(name + ":" + i, null, null, null));
    }
    Inference.infer(node, this);
    OnnxValue known = knownElements(node, name);
    if (known != null) {
      return List.of(known);
    }
    nodes.add(node);
    for (OnnxValue v : node.inputs()) {
      if (v != null) {
        v.addUser(node);
      }
    }
    return node.outputs();
  }

  /** A constant in place of a node whose elements all follow from known dimensions. */
  private OnnxValue knownElements(OnnxNode node, String name) {
    if (node.outputs().size() != 1) {
      return null;
    }
    List<Dim> values = Symbolic.elements(node);
    if (values == null) {
      return null;
    }
    node.output().inferElements(values);
    if (!values.stream().allMatch(Dim::isKnown)) {
      return null;
    }
    long[] shape = node.output().shape().stream().mapToLong(Dim::value).toArray();
    return constant(name, Tensor.ofLongs(node.output().type(), shape, i -> values.get(i).value()));
  }

  /**
   * Makes every reader of one value, and the outputs that are it, take another; then removes what
   * nobody needs.
   */
  public void replace(OnnxValue old, OnnxValue with) {
    for (OnnxNode user : List.copyOf(old.users())) {
      for (int i = 0; i < user.inputs().size(); i++) {
        if (user.input(i) == old) {
          setInput(user, i, with);
        }
      }
    }
    outputs.replaceAll((name, v) -> v == old ? with : v);
    removeIfUnused(old.producer());
  }

  /** Changes one input of a node; types and shapes must stay what they were. */
  public void setInput(OnnxNode node, int i, OnnxValue value) {
    OnnxValue old = node.input(i);
    if (i >= node.listedInputs()) {
      node.graphs().forEach(g -> g.recapture(old, value));
    }
    node.setInput(i, value);
    old.removeUser(node);
    value.addUser(node);
  }

  /** Changes the element type of a node's outputs of one type to another; shapes stay. */
  public void retype(OnnxNode node, ElementType from, ElementType to) {
    node.outputs().stream().filter(v -> v.type() == from).forEach(v -> v.infer(to, v.shape()));
  }

  /** Removes a node that nobody reads, and then what only it read. */
  public void removeIfUnused(OnnxNode node) {
    if (node == null || !nodes.contains(node)) {
      return;
    }
    for (OnnxValue out : node.outputs()) {
      if (!out.users().isEmpty() || isOutput(out)) {
        return;
      }
    }
    remove(node);
    node.inputs().stream().filter(in -> in != null).forEach(in -> removeIfUnused(in.producer()));
  }

  /** Removes every node that no output needs, in the graphs inside of nodes too. */
  public void removeUnneeded() {
    removeUnread();
    boolean changed = false;
    for (OnnxNode n : nodes()) {
      n.graphs().forEach(OnnxGraph::removeUnneeded);
      changed |= dropCaptures(n);
    }
    if (changed) {
      removeUnread();
    }
  }

  private void removeUnread() {
    Set<OnnxNode> needed = new HashSet<>(inOrder());
    for (OnnxNode n : nodes()) {
      if (!needed.contains(n)) {
        remove(n);
      }
    }
  }

  /** Has a node no longer read what the graphs inside of it no longer need. */
  private static boolean dropCaptures(OnnxNode node) {
    boolean changed = false;
    node.graphs()
        .forEach(g -> g.captures.values().removeIf(in -> in.users().isEmpty() && !g.isOutput(in)));
    for (int i = node.inputs().size() - 1; i >= node.listedInputs(); i--) {
      OnnxValue in = node.input(i);
      if (node.graphs().stream().noneMatch(g -> g.captures.containsKey(in))) {
        node.removeInput(i);
        in.removeUser(node);
        changed = true;
      }
    }
    return changed;
  }

  private void remove(OnnxNode node) {
    nodes.remove(node);
    node.inputs().stream().filter(in -> in != null).forEach(in -> in.removeUser(node));
  }

  /**
   * Gives a value and, if it is the only output, its node a name that says where they come from.
   */
  public void nameAfter(OnnxValue value, String name) {
    OnnxNode node = value.producer();
    if (node != null && node.outputs().size() == 1) {
      node.rename(name);
      value.rename(name + ":0");
    }
  }

  /**
   * The nodes that the outputs need, every node after those that it reads; the order depends on the
   * graph alone.
   */
  public List<OnnxNode> inOrder() {
    return TopologicalOrder.of(outputs.values());
  }
}
