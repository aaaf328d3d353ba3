package org.betavae.export.tf;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.ConversionException;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.OpDef;

/**
 * Follows a reference to a tensor through function calls and through operators that only pass a
 * value on.
 */
final class Inliner {
  /** Operators that give input i as output i and matter to training, checking or printing only. */
  static final Set<String> PASS_ON =
      Set.of(
          "Identity",
          "IdentityN",
          "RefIdentity",
          "StopGradient",
          "PreventGradient",
          "Snapshot",
          "CheckNumerics",
          "CheckNumericsV2",
          "DebugIdentity",
          "DebugIdentityV2",
          "PlaceholderWithDefault",
          "ReadVariableOp",
          "GuaranteeConst",
          "Print",
          "XlaSharding",
          "OptimizationBarrier");

  private static final Set<String> CALLS = Set.of("PartitionedCall", "StatefulPartitionedCall");

  /** Nesting beyond this is a cycle in practice; Keras nests two or three deep. */
  private static final int DEEPEST = 200;

  /** Calls beyond this are a graph made to fill the memory. */
  private static final int MOST_CALLS = 200_000;

  private final String what;
  private final Map<String, FunctionDef> functions = new HashMap<>();
  private final Map<String, Map<String, NodeDef>> bodies = new HashMap<>();
  private final Scope root;
  private final ControlFlow controlFlow = new ControlFlow(this);
  private int callCount;

  /**
   * Indexes a graph.
   *
   * @param what the file, for messages
   */
  Inliner(GraphDef original, String what) {
    this.what = what;
    GraphDef graph = RaiseControlFlow.raise(original);
    graph.getLibrary().getFunctionList().forEach(f -> functions.put(f.getSignature().getName(), f));
    this.root = new Scope(index(graph.getNodeList()));
  }

  private Map<String, NodeDef> index(List<NodeDef> nodes) {
    Map<String, NodeDef> byName = new LinkedHashMap<>();
    for (NodeDef n : nodes) {
      if (byName.put(n.getName(), n) != null) {
        throw fail("two nodes are named '" + n.getName() + "'", "expected names to be unique");
      }
    }
    return byName;
  }

  /** The main graph. */
  Scope root() {
    return root;
  }

  /** Loops and branches. */
  ControlFlow controlFlow() {
    return controlFlow;
  }

  /**
   * An output of a node that does something.
   *
   * @param scope where the node is defined
   * @param index which of its outputs
   */
  record Place(Scope scope, NodeDef node, int index) {
    String key() {
      return node.getName() + ":" + index;
    }
  }

  /**
   * Finds what a reference means.
   *
   * @param feeds outputs of the main graph, {@code "node:index"}, at which to stop
   */
  Place locate(Scope scope, String reference, Set<String> feeds) {
    Place at = find(scope, reference);
    Set<Place> seen = null;
    for (int hops = 0; ; hops++) {
      if (hops > 1000) {
        seen = seen == null ? new java.util.HashSet<>() : seen;
        if (!seen.add(at)) {
          throw fail(
              "node '" + at.scope.prefix + at.node.getName() + "' waits for itself",
              "expected a graph without cycles");
        }
      }
      if (at.scope == root && feeds.contains(at.key())) {
        return at;
      }
      if (PASS_ON.contains(at.node.getOp()) && at.node.getInputCount() > at.index) {
        at = find(at.scope, at.node.getInput(at.index));
      } else if (isCall(at.node)) {
        Scope inner = enter(at.scope, at.node);
        at = find(inner, result(inner, at.index));
      } else if (ControlFlow.isLoop(at.node)) {
        Scope body = controlFlow.body(at.scope, at.node);
        if (!body.unchanged.get(at.index)) {
          return at;
        }
        at = find(at.scope, at.node.getInput(at.index));
      } else if (ControlFlow.isChoice(at.node)) {
        Scope taken = controlFlow.onlyBranch(at.scope, at.node, feeds);
        if (taken == null) {
          return at;
        }
        at = find(taken, result(taken, at.index));
      } else {
        return at;
      }
    }
  }

  private boolean isCall(NodeDef n) {
    return CALLS.contains(n.getOp()) || functions.containsKey(n.getOp());
  }

  /** The scope of a call; one call has one scope. */
  Scope enter(Scope scope, NodeDef call) {
    AttrValue called = call.getAttrMap().get("f");
    if (CALLS.contains(call.getOp()) && called == null) {
      throw fail(
          "the call '" + scope.prefix + call.getName() + "' names no function",
          "expected an attribute f");
    }
    String name =
        called != null && CALLS.contains(call.getOp()) ? called.getFunc().getName() : call.getOp();
    return enter(scope, call, name, "", Scope.Role.CALL, 0);
  }

  /**
   * The scope of a function that a node names.
   *
   * @param part of the node that it is, to tell it from others; empty for a plain call
   */
  Scope enter(
      Scope scope, NodeDef call, String name, String part, Scope.Role role, int firstInput) {
    String key = call.getName() + ":" + part;
    Scope known = scope.calls.get(key);
    if (known != null) {
      return known;
    }
    FunctionDef f = functions.get(name);
    if (f == null) {
      throw fail(
          "node '"
              + scope.prefix
              + call.getName()
              + "' calls the function '"
              + name
              + "', which is not there",
          "expected one of the library's " + functions.size());
    }
    if (scope.depth() >= DEEPEST || ++callCount > MOST_CALLS) {
      throw fail(
          "function '" + name + "' calls itself, or calls are nested too deep",
          "expected at most " + DEEPEST + " levels and " + MOST_CALLS + " calls");
    }
    Map<String, NodeDef> body = bodies.computeIfAbsent(name, k -> index(f.getNodeDefList()));
    Scope inner = new Scope(scope, call, f, body, role, firstInput);
    scope.calls.put(key, inner);
    return inner;
  }

  /** What a function of a scope gives as a result. */
  String result(Scope inner, int index) {
    OpDef signature = inner.function.getSignature();
    if (index >= signature.getOutputArgCount()) {
      throw fail(
          "output " + index + " of function '" + signature.getName() + "' is read",
          "expected one of its " + signature.getOutputArgCount());
    }
    String name = signature.getOutputArg(index).getName();
    String reference = inner.function.getRetMap().get(name);
    if (reference == null) {
      throw fail(
          "function '" + signature.getName() + "' does not say what its result '" + name + "' is",
          "expected an entry");
    }
    return reference;
  }

  /** The node or argument that a reference names, without following anything but arguments. */
  private Place find(Scope from, String from0) {
    Scope scope = from;
    String reference = from0;
    while (scope.function != null) {
      String[] parts = reference.split(":", -1);
      Integer argument = scope.argument(parts[0]);
      if (argument == null || parts.length == 3) {
        return inFunction(scope, parts, reference);
      }
      if (scope.isCarried(argument)) {
        return new Place(scope, scope.parameter(argument), argument);
      }
      String input = scope.input(argument);
      if (input == null) {
        throw fail(
            "the call '"
                + scope.caller.prefix
                + scope.call.getName()
                + "' lacks argument "
                + argument,
            "expected " + reference);
      }
      reference = input;
      scope = scope.caller;
    }
    int colon = reference.lastIndexOf(':');
    String name = colon < 0 ? reference : reference.substring(0, colon);
    return new Place(
        scope,
        node(scope, name, reference),
        colon < 0 ? 0 : number(reference.substring(colon + 1), reference));
  }

  private Place inFunction(Scope scope, String[] parts, String reference) {
    NodeDef n = node(scope, parts[0], reference);
    if (parts.length < 3) {
      return new Place(scope, n, parts.length == 2 ? number(parts[1], reference) : 0);
    }
    int index = number(parts[2], reference);
    FunctionDef called = functions.get(n.getOp());
    if (called != null) {
      for (int i = 0; i < called.getSignature().getOutputArgCount(); i++) {
        if (called.getSignature().getOutputArg(i).getName().equals(parts[1])) {
          index += i;
        }
      }
    } else {
      index = OutputNames.flat(n.getOp(), parts[1], index);
    }
    return new Place(scope, n, index);
  }

  private NodeDef node(Scope scope, String name, String reference) {
    NodeDef n = scope.nodes.get(name);
    if (n == null) {
      String where =
          scope.function == null
              ? "the graph"
              : "function '" + scope.function.getSignature().getName() + "'";
      throw fail(
          where + " has no node '" + name + "', which '" + reference + "' refers to",
          "expected one of its " + scope.nodes.size());
    }
    return n;
  }

  private int number(String text, String reference) {
    try {
      int n = Integer.parseInt(text);
      if (n >= 0) {
        return n;
      }
    } catch (NumberFormatException e) {
      throw new ConversionException(
          "Cannot read "
              + what
              + ": '"
              + reference
              + "' is no reference to a tensor, expected node:number. The graph is damaged; save it"
              + " again.",
          e);
    }
    throw fail("'" + reference + "' is no reference to a tensor", "expected node:number");
  }

  /** A failure that names the file. */
  ConversionException fail(String got, String expected) {
    return new ConversionException(
        "Cannot read "
            + what
            + ": "
            + got
            + ", "
            + expected
            + ". The graph is damaged; save it again.");
  }
}
