package org.betavae.export.tf;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
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
  }

  private final Inliner inliner;
  private final Variables variables;
  private final String what;
  private final Map<String, TfNode> feeds = new HashMap<>();
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
    return new TfGraph(inOrder(out), in, out);
  }

  private TfOutput resolve(Scope scope, String reference) {
    Inliner.Place at = inliner.locate(scope, reference, feeds.keySet());
    TfNode fed = at.scope() == inliner.root() ? feeds.get(at.key()) : null;
    return fed != null
        ? new TfOutput(fed, 0)
        : new TfOutput(node(at.scope(), at.node()), at.index());
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
    for (Scope s = scope; s != null && entered.add(s); s = s.caller) {
      // all scopes around this one take part too
    }
    if (!made.op().equals(TfNode.CONST)) {
      open.add(() -> addInputs(scope, def, made));
    }
    return made;
  }

  private TfNode make(Scope scope, NodeDef def, String name) {
    if (VARIABLES.contains(def.getOp())) {
      return new TfNode(name, TfNode.CONST, Map.of(), variables.read(def, name));
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
    return new TfNode(name, def.getOp(), attributes, value);
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

  /** Every node after its inputs. */
  private List<TfNode> inOrder(List<TfGraph.Output> outputs) {
    List<TfNode> order = new ArrayList<>();
    Set<TfNode> done = new HashSet<>();
    Set<TfNode> waiting = new HashSet<>();
    Deque<TfNode> path = new ArrayDeque<>();
    Map<TfNode, Iterator<TfOutput>> next = new HashMap<>();
    for (TfGraph.Output o : outputs) {
      push(o.value().node(), path, waiting, next, done);
      while (!path.isEmpty()) {
        TfNode n = path.peek();
        Iterator<TfOutput> inputs = next.get(n);
        if (inputs.hasNext()) {
          TfOutput in = inputs.next();
          if (in != null) {
            push(in.node(), path, waiting, next, done);
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

  private void push(
      TfNode n,
      Deque<TfNode> path,
      Set<TfNode> waiting,
      Map<TfNode, Iterator<TfOutput>> next,
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
              + " waits for itself, expected a graph without cycles. Loops of TensorFlow 1 (Enter, NextIteration) are not read: save the model with control flow v2.");
    }
    next.put(n, n.inputs().iterator());
    path.push(n);
  }
}
