package org.betavae.export.tf;

import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.NodeDef;

/**
 * The main graph, one call of a function, or a function as part of a loop or branch: the nodes that
 * names there refer to, and where its arguments come from.
 */
final class Scope {
  /** Operator of the nodes that stand for what a loop carries. */
  static final String PARAMETER = "_Parameter";

  /** What a function is to the node that names it. */
  enum Role {
    /** Computed where the call stands. */
    CALL,
    /** One side of an If or Case; the node's first input chooses, the others are arguments. */
    BRANCH,
    /** Condition or body of a loop. */
    LOOP
  }

  /** Scope of the call; null for the main graph. */
  final Scope caller;

  /** The call; null for the main graph. */
  final NodeDef call;

  /** The function called; null for the main graph. */
  final FunctionDef function;

  /** What node names of this scope start with in the flat graph. */
  final String prefix;

  /** Nodes by name. */
  final Map<String, NodeDef> nodes;

  /** The flat graph that its nodes belong to: the scope of the loop or branch, or the main one. */
  final Scope region;

  /** Scopes of the calls made from here, by the name of the calling node and of the function. */
  final Map<String, Scope> calls = new HashMap<>();

  /** Flat nodes made so far, by the name that they have here. */
  final Map<String, TfNode> made = new HashMap<>();

  /** Arguments of a loop that no iteration changes. */
  final BitSet unchanged = new BitSet();

  private final Role role;
  private final int firstInput;
  private final Map<String, Integer> arguments = new HashMap<>();

  /** The main graph. */
  Scope(Map<String, NodeDef> nodes) {
    this(null, null, null, nodes, Role.CALL, 0);
  }

  /**
   * A function.
   *
   * @param firstInput which input of the node is the function's first argument
   */
  Scope(
      Scope caller,
      NodeDef call,
      FunctionDef function,
      Map<String, NodeDef> nodes,
      Role role,
      int firstInput) {
    this.caller = caller;
    this.call = call;
    this.function = function;
    this.nodes = nodes;
    this.role = role;
    this.firstInput = firstInput;
    this.prefix =
        caller == null
            ? ""
            : caller.prefix + (role == Role.CALL && firstInput == 0 ? step(call.getName()) : "");
    this.region = caller == null || role != Role.CALL ? this : caller.region;
    if (function != null) {
      for (int i = 0; i < function.getSignature().getInputArgCount(); i++) {
        arguments.put(function.getSignature().getInputArg(i).getName(), i);
      }
    }
  }

  /**
   * Calls that nobody named say nothing, and nodes of loops and branches carry the name already;
   * names that become equal by leaving it out are numbered later.
   */
  private static String step(String call) {
    return call.matches("(Stateful)?PartitionedCall(_\\d+)?") ? "" : call + "/";
  }

  /** Which argument of the function has a name; null when none has. */
  Integer argument(String name) {
    return arguments.get(name);
  }

  /** True if an argument has another value in every iteration of a loop. */
  boolean isCarried(int argument) {
    return role == Role.LOOP && !unchanged.get(argument);
  }

  /** The node that stands for an argument which a loop carries. */
  NodeDef parameter(int argument) {
    // No node of a graph can have this name.
    return NodeDef.newBuilder().setOp(PARAMETER).setName(":" + argument).build();
  }

  /** The caller's reference that an argument is; null if the call lacks it. */
  String input(int argument) {
    List<String> inputs = call.getInputList();
    int i = firstInput + argument;
    return i >= inputs.size() || inputs.get(i).startsWith("^") ? null : inputs.get(i);
  }

  /** How many calls deep this scope is. */
  int depth() {
    int depth = 0;
    for (Scope s = caller; s != null; s = s.caller) {
      depth++;
    }
    return depth;
  }

  /** Attributes of a node with the placeholders of a polymorphic function filled in by its call. */
  Map<String, AttrValue> attributes(NodeDef node) {
    Map<String, AttrValue> plain = node.getAttrMap();
    if (function == null || plain.values().stream().noneMatch(AttrValue::hasPlaceholder)) {
      return plain;
    }
    Map<String, AttrValue> filled = new HashMap<>(plain);
    filled.replaceAll(
        (key, v) -> v.hasPlaceholder() ? bindings().getOrDefault(v.getPlaceholder(), v) : v);
    return filled;
  }

  private Map<String, AttrValue> bindings() {
    AttrValue f = call.getAttrMap().get("f");
    return f == null ? call.getAttrMap() : f.getFunc().getAttrMap();
  }
}
