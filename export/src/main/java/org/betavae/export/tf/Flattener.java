package org.betavae.export.tf;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.ConversionException;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;
import org.betavae.export.TensorSpec;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.NodeDef;

/**
 * Makes a flat graph on demand, from the outputs backwards: what no output needs is never touched,
 * so savers, initialisers, assertions and random states fall away by themselves.
 */
final class Flattener {
  /** Operators whose value is that of a variable. */
  private static final Set<String> VARIABLES = Set.of("VarHandleOp", "VariableV2", "Variable");

  /** Inputs that carry random states, which ONNX does not have: only the shape is followed. */
  private static final Set<String> STATELESS_RANDOM =
      Set.of(
          "StatelessRandomNormal",
          "StatelessRandomNormalV2",
          "StatelessRandomUniform",
          "StatelessRandomUniformV2",
          "StatelessTruncatedNormal",
          "StatelessTruncatedNormalV2");

  private static final int MOST_NODES = 2_000_000;

  /** Gives the value of a variable. */
  interface Variables {
    /**
     * Reads one.
     *
     * @param node of the variable
     * @param name in the flat graph
     */
    Tensor read(NodeDef node, String name);

    /** Whether gradient descent changes a variable. */
    default boolean isTrainable(NodeDef node) {
      return true;
    }
  }

  private final Inliner inliner;
  private final Variables variables;
  private final String what;
  private final Map<String, TfNode> feeds = new HashMap<>();
  private final Map<TfNode, ControlNode> controls = new HashMap<>();

  /** The scope of the loop or branch that a node belongs to; the main graph for fed ones. */
  private final Map<TfNode, Scope> regions = new HashMap<>();

  private final Deque<Runnable> open = new ArrayDeque<>();
  private final Set<Scope> entered = new HashSet<>();
  private int count;

  Flattener(Inliner inliner, Variables variables, String what) {
    this.inliner = inliner;
    this.variables = variables;
    this.what = what;
  }

  /**
   * Makes the graph.
   *
   * @param inputs specs by the tensor to feed, {@code "node:index"}
   * @param outputs specs by the tensor to fetch
   */
  TfGraph flatten(Map<String, TensorSpec> inputs, List<Map.Entry<String, TensorSpec>> outputs) {
    List<TfGraph.Input> in = new ArrayList<>();
    inputs.forEach(
        (tensor, spec) -> {
          TfNode node = new TfNode(spec.name(), TfNode.INPUT, Map.of(), null);
          feeds.put(tensor, node);
          in.add(new TfGraph.Input(spec, node));
        });
    List<TfGraph.Output> out = new ArrayList<>();
    for (Map.Entry<String, TensorSpec> e : outputs) {
      out.add(new TfGraph.Output(e.getValue(), resolve(inliner.root(), e.getKey())));
    }
    while (!open.isEmpty()) {
      open.poll().run();
    }
    checkWrites();
    List<TfNode> ends = out.stream().map(o -> o.value().node()).toList();
    return new TfGraph(inOrder(inliner.root(), ends, new LinkedHashSet<>()), in, out);
  }

  private TfOutput resolve(Scope scope, String reference) {
    Inliner.Place at = inliner.locate(scope, reference, feeds.keySet());
    TfNode fed = at.scope() == inliner.root() ? feeds.get(at.key()) : null;
    if (fed != null) {
      return new TfOutput(fed, 0);
    }
    if (at.node().getOp().equals(Scope.PARAMETER)) {
      return new TfOutput(parameter(at.scope(), at.index()), 0);
    }
    TfNode node = node(at.scope(), at.node());
    need(node, at.index());
    return new TfOutput(node, at.index());
  }

  /** Has a loop or choice follow one of its outputs. */
  private void need(TfNode node, int output) {
    ControlNode control = controls.get(node);
    if (control != null && control.isNew(output)) {
      open.add(() -> control.follow(output, this::resolve));
    }
  }

  /** The node that stands for a value which a loop carries. */
  private TfNode parameter(Scope part, int i) {
    TfNode known = part.made.get(part.parameter(i).getName());
    if (known != null) {
      return known;
    }
    String name = part.prefix + part.function.getSignature().getInputArg(i).getName();
    TfNode made = new TfNode(name, TfNode.INPUT, Map.of(), null);
    part.made.put(part.parameter(i).getName(), made);
    regions.put(made, part);
    TfNode loop = part.caller.made.get(part.call.getName());
    controls.get(loop).setParameter(part, i, made);
    need(loop, i);
    return made;
  }

  private TfNode node(Scope scope, NodeDef def) {
    TfNode known = scope.made.get(def.getName());
    if (known != null) {
      return known;
    }
    if (++count > MOST_NODES) {
      throw inliner.fail(
          "more than " + MOST_NODES + " nodes once functions are inlined",
          "expected a model of ordinary size");
    }
    String name = scope.prefix + def.getName();
    TfNode made = make(scope, def, name);
    scope.made.put(def.getName(), made);
    regions.put(made, scope.region);
    for (Scope s = scope; s != null && entered.add(s); s = s.caller) {
      // all scopes around this one take part too
    }
    if (ControlNode.is(def)) {
      ControlNode control = new ControlNode(inliner, scope, def, made);
      controls.put(made, control);
      open.add(() -> control.start(this::resolve));
    } else if (!made.op().equals(TfNode.CONST)) {
      open.add(() -> addInputs(scope, def, made));
    }
    return made;
  }

  private TfNode make(Scope scope, NodeDef def, String name) {
    if (VARIABLES.contains(def.getOp())) {
      return new TfNode(
          name,
          TfNode.CONST,
          Map.of(),
          variables.read(def, name),
          variables.isTrainable(def) ? TfNode.Variable.TRAINABLE : TfNode.Variable.STATE);
    }
    Map<String, AttrValue> attributes = scope.attributes(def);
    if (def.getOp().equals(TfNode.INPUT)) {
      throw new ConversionException(
          "Cannot read "
              + what
              + ": the outputs need the placeholder '"
              + name
              + "', which is not among the inputs "
              + feeds.keySet()
              + ". Name it as an input too.");
    }
    Tensor value = null;
    if (def.getOp().equals(TfNode.CONST)) {
      AttrValue v = attributes.get("value");
      ElementType type = v == null ? null : ElementType.ofTf(v.getTensor().getDtypeValue());
      value =
          type == null || type.bytes() == 0
              ? null
              : TfTensors.read(v.getTensor(), what + ": node '" + name + "'");
    }
    return Gathering.ofVariable(def)
        ? new TfNode(name, Gathering.op(def), Gathering.attributes(attributes), value)
        : new TfNode(name, def.getOp(), attributes, value);
  }

  private void addInputs(Scope scope, NodeDef def, TfNode made) {
    int i = 0;
    for (String reference : def.getInputList()) {
      if (reference.startsWith("^")) {
        continue;
      }
      boolean state = i++ > 0 && STATELESS_RANDOM.contains(def.getOp());
      made.addInput(state ? null : resolve(scope, reference));
    }
  }

  /**
   * A variable that the model changes while it runs would be a constant in ONNX: other answers than
   * TensorFlow's.
   */
  private void checkWrites() {
    for (Scope s : entered) {
      if (s.function == null) {
        continue;
      }
      for (NodeDef n : s.nodes.values()) {
        boolean writes =
            n.getInputCount() > 0
                && (n.getOp().startsWith("Assign")
                    || n.getOp().startsWith("ResourceApply")
                    || n.getOp().startsWith("ResourceScatter"));
        if (!writes || n.getInput(0).startsWith("^")) {
          continue;
        }
        Inliner.Place at = inliner.locate(s, n.getInput(0), Set.of());
        if (at.scope().made.containsKey(at.node().getName())) {
          throw new ConversionException(
              "Cannot convert "
                  + what
                  + ": node '"
                  + s.prefix
                  + n.getName()
                  + "' ("
                  + n.getOp()
                  + ") changes the variable '"
                  + at.node().getName()
                  + "', which the outputs read. An ONNX model keeps no state; make it an input and an output.");
        }
      }
    }
  }

  /**
   * The nodes of one graph, every node after those that it reads.
   *
   * @param outer takes what they read of the graphs around
   */
  private List<TfNode> inOrder(Scope region, List<TfNode> ends, Set<TfNode> outer) {
    List<TfNode> order = new ArrayList<>();
    Set<TfNode> done = new HashSet<>();
    Set<TfNode> waiting = new HashSet<>();
    Deque<TfNode> path = new ArrayDeque<>();
    Map<TfNode, Iterator<TfNode>> next = new HashMap<>();
    for (TfNode end : ends) {
      if (isOuter(end, region, outer)) {
        continue;
      }
      push(end, path, waiting, next, done);
      while (!path.isEmpty()) {
        TfNode n = path.peek();
        Iterator<TfNode> inputs = next.get(n);
        if (inputs.hasNext()) {
          TfNode in = inputs.next();
          if (!isOuter(in, region, outer)) {
            push(in, path, waiting, next, done);
          }
        } else {
          path.pop();
          waiting.remove(n);
          done.add(n);
          order.add(n);
        }
      }
    }
    return order;
  }

  private boolean isOuter(TfNode n, Scope region, Set<TfNode> outer) {
    boolean isOuter = regions.getOrDefault(n, inliner.root()) != region;
    if (isOuter) {
      outer.add(n);
    }
    return isOuter;
  }

  /** What a node reads, a loop or choice with what the graphs inside of it read. */
  private Iterator<TfNode> reads(TfNode n) {
    Set<TfNode> reads = new LinkedHashSet<>();
    n.inputs().stream().filter(in -> in != null).forEach(in -> reads.add(in.node()));
    ControlNode control = controls.get(n);
    if (control != null) {
      n.setBodies(control.bodies((part, ends) -> inOrder(part, ends, reads)));
    }
    return reads.iterator();
  }

  private void push(
      TfNode n,
      Deque<TfNode> path,
      Set<TfNode> waiting,
      Map<TfNode, Iterator<TfNode>> next,
      Set<TfNode> done) {
    if (done.contains(n)) {
      return;
    }
    if (!waiting.add(n)) {
      throw new ConversionException(
          "Cannot read "
              + what
              + ": "
              + n
              + " waits for itself, expected a graph without cycles. Loops of TensorFlow 1 (Enter, NextIteration) are read in the form that while_loop gives them: save the model with control flow v2.");
    }
    next.put(n, reads(n));
    path.push(n);
  }
}
