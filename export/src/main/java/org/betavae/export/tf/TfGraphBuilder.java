package org.betavae.export.tf;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;
import org.betavae.export.TensorSpec;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.TensorShapeProto;

/**
 * Puts a flat TensorFlow graph together. Names that are taken get a number behind them, per
 * builder, so the same calls give the same graph.
 *
 * <p>Not for use by several threads.
 */
public final class TfGraphBuilder {
  private final Names names;
  private final Set<TfNode> nodes = new LinkedHashSet<>();
  private final List<TfGraph.Input> inputs = new ArrayList<>();
  private final List<TfGraph.Output> outputs = new ArrayList<>();
  private final List<TfNode> parameters = new ArrayList<>();
  private final List<TfNode> added = new ArrayList<>();
  private final Set<TfNode> changed = new HashSet<>();

  /** An empty graph. */
  public TfGraphBuilder() {
    this(new Names());
  }

  private TfGraphBuilder(Names names) {
    this.names = names;
  }

  /** A graph to become the body of a loop or choice of this one; its nodes may read this one's. */
  public TfGraphBuilder body() {
    return new TfGraphBuilder(names);
  }

  /** Adds a graph input. */
  public TfOutput input(TensorSpec spec) {
    TfNode node =
        new TfNode(
            names.free(spec.name()),
            TfNode.INPUT,
            placeholder(ElementType.valueOf(spec.type().toUpperCase(Locale.ROOT)), spec),
            null);
    inputs.add(new TfGraph.Input(spec, node));
    return new TfOutput(node, 0);
  }

  /** Adds a parameter of a body: what a loop carries; the type of a list is null. */
  public TfOutput parameter(String name, ElementType type, List<Long> shape) {
    TensorSpec spec = new TensorSpec(name, type == null ? "variant" : type.numpyName(), shape);
    TfNode node = new TfNode(names.free(name), TfNode.INPUT, placeholder(type, spec), null);
    parameters.add(node);
    return new TfOutput(node, 0);
  }

  private static Map<String, AttrValue> placeholder(ElementType type, TensorSpec spec) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    if (spec.shape() == null) {
      shape.setUnknownRank(true);
    } else {
      spec.shape().forEach(d -> shape.addDim(TensorShapeProto.Dim.newBuilder().setSize(d)));
    }
    return Map.of(
        "dtype",
        AttrValue.newBuilder()
            .setType(type == null ? DataType.DT_VARIANT : DataType.forNumber(type.tfNumber()))
            .build(),
        "shape",
        AttrValue.newBuilder().setShape(shape).build());
  }

  /** Adds a constant. */
  public TfOutput constant(String name, Tensor value) {
    return add(new TfNode(names.free(name), TfNode.CONST, Map.of(), value));
  }

  /** Adds a variable that begins with a value. */
  public TfOutput variable(String name, Tensor value, TfNode.Variable kind) {
    return add(new TfNode(names.free(name), TfNode.CONST, Map.of(), value, kind));
  }

  private TfOutput add(TfNode node) {
    nodes.add(node);
    added.add(node);
    return new TfOutput(node, 0);
  }

  /** Adds an operation. */
  public TfNode node(String op, String name, List<TfOutput> in, Map<String, AttrValue> attributes) {
    return node(op, name, in, attributes, List.of());
  }

  /** Adds an operation with graphs inside of it, as {@link TfNode#bodies} orders them. */
  public TfNode node(
      String op,
      String name,
      List<TfOutput> in,
      Map<String, AttrValue> attributes,
      List<TfBody> bodies) {
    TfNode node = new TfNode(names.free(name), op, Map.copyOf(attributes), null);
    in.forEach(node::addInput);
    node.setBodies(bodies);
    nodes.add(node);
    added.add(node);
    return node;
  }

  /** Has a node read another value at input i; types and shapes must stay what they were. */
  public void setInput(TfNode node, int i, TfOutput value) {
    node.setInput(i, value);
    changed.add(node);
  }

  /** Gives a constant or variable another value; what reads it must expect that. */
  public void setValue(TfNode node, Tensor value) {
    node.setValue(value);
    changed.add(node);
  }

  /** Makes every node of this graph and every output that reads one value read another. */
  public void replace(TfOutput old, TfOutput with) {
    for (TfNode n : nodes) {
      for (int i = 0; i < n.inputs().size(); i++) {
        if (old.equals(n.inputs().get(i))) {
          n.setInput(i, with);
        }
      }
    }
    outputs.replaceAll(o -> o.value().equals(old) ? new TfGraph.Output(o.spec(), with) : o);
  }

  /**
   * How many inputs read each node that an output needs, those of nodes inside of loops and
   * branches counted, and outputs too.
   */
  public Map<TfNode, Integer> readers() {
    Map<TfNode, Integer> counts = new HashMap<>();
    List<TfNode> ends = outputs.stream().map(o -> o.value().node()).toList();
    ends.forEach(n -> counts.merge(n, 1, Integer::sum));
    inOrder(ends).forEach(n -> reads(n).forEach(in -> counts.merge(in, 1, Integer::sum)));
    return counts;
  }

  /** The operations and constants in the order in which they were added; a copy. */
  public List<TfNode> nodes() {
    return List.copyOf(nodes);
  }

  /** How many operations and constants there are. */
  public int size() {
    return added.size();
  }

  /** Those that were added when there were this many; a copy. */
  public List<TfNode> nodesFrom(int size) {
    return List.copyOf(added.subList(size, added.size()));
  }

  /** The nodes that {@link #setInput} or {@link #setValue} changed; a copy. */
  public Set<TfNode> changed() {
    return Set.copyOf(changed);
  }

  /** Adds a graph output. */
  public void output(TensorSpec spec, TfOutput value) {
    outputs.add(new TfGraph.Output(spec, value));
  }

  /** The graph, cut to what the outputs need, every node after those that it reads. */
  public TfGraph build() {
    List<TfNode> order = inOrder(outputs.stream().map(o -> o.value().node()).toList());
    Set<TfNode> fed = new HashSet<>();
    inputs.forEach(in -> fed.add(in.node()));
    order.removeIf(n -> n.op().equals(TfNode.INPUT) && !fed.contains(n));
    return new TfGraph(order, inputs, outputs);
  }

  /** The body with these results, cut to what they need; parameters in the order of adding. */
  public TfBody buildBody(List<TfOutput> results) {
    List<TfNode> order = inOrder(results.stream().map(TfOutput::node).toList());
    return new TfBody(order, parameters, results);
  }

  /** Nodes of this graph that some need, those of the graphs around left out. */
  private List<TfNode> inOrder(List<TfNode> ends) {
    Set<TfNode> mine = new HashSet<>(nodes);
    inputs.forEach(in -> mine.add(in.node()));
    mine.addAll(parameters);
    List<TfNode> order = new ArrayList<>();
    Set<TfNode> entered = new HashSet<>();
    Set<TfNode> done = new HashSet<>();
    Deque<TfNode> path = new ArrayDeque<>();
    for (TfNode end : ends) {
      path.push(end);
      while (!path.isEmpty()) {
        TfNode n = path.pop();
        if (!mine.contains(n) || done.contains(n)) {
          continue;
        }
        if (entered.add(n)) {
          path.push(n);
          List<TfNode> reads = reads(n);
          for (int i = reads.size() - 1; i >= 0; i--) {
            if (entered.contains(reads.get(i)) && !done.contains(reads.get(i))) {
              throw new IllegalStateException(
                  n + " reads what waits for it, expected no cycle. Correct the inputs.");
            }
            path.push(reads.get(i));
          }
        } else {
          done.add(n);
          order.add(n);
        }
      }
    }
    return order;
  }

  /** What a node reads, with what the graphs inside of it read; more than once where it does. */
  static List<TfNode> reads(TfNode n) {
    List<TfNode> reads = new ArrayList<>();
    n.inputs().stream().filter(in -> in != null).forEach(in -> reads.add(in.node()));
    for (TfBody body : n.bodies()) {
      body.nodes().forEach(inner -> reads.addAll(reads(inner)));
      body.results().stream().filter(r -> r != null).forEach(r -> reads.add(r.node()));
    }
    return reads;
  }

  /** Names that are taken, shared by a graph and its bodies. */
  private static final class Names {
    private final Set<String> taken = new HashSet<>();
    private final Map<String, Integer> next = new HashMap<>();

    String free(String wanted) {
      String name = wanted;
      while (!taken.add(name)) {
        name = wanted + "_" + next.merge(wanted, 1, Integer::sum);
      }
      return name;
    }
  }
}
