package org.betavae.export.tf;

import java.util.HashMap;
import java.util.Map;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.NodeDef;

/**
 * The main graph, or one call of a function: the nodes that names there refer to, and where its
 * arguments come from.
 */
final class Scope {
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

  /** Scopes of the calls made from here, by the name of the calling node. */
  final Map<String, Scope> calls = new HashMap<>();

  /** Flat nodes made so far, by the name that they have here. */
  final Map<String, TfNode> made = new HashMap<>();

  private final Map<String, Integer> arguments = new HashMap<>();

  Scope(Scope caller, NodeDef call, FunctionDef function, Map<String, NodeDef> nodes) {
    this.caller = caller;
    this.call = call;
    this.function = function;
    this.nodes = nodes;
    this.prefix = caller == null ? "" : caller.prefix + step(call.getName());
    if (function != null) {
      for (int i = 0; i < function.getSignature().getInputArgCount(); i++) {
        arguments.put(function.getSignature().getInputArg(i).getName(), i);
      }
    }
  }

  /**
   * Calls that nobody named say nothing; names that become equal by leaving them out are numbered
   * later.
   */
  private static String step(String call) {
    return call.matches("(Stateful)?PartitionedCall(_\\d+)?") ? "" : call + "/";
  }

  /** Which argument of the function has a name; null when none has. */
  Integer argument(String name) {
    return arguments.get(name);
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
