package org.betavae.export.tf;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NameAttrList;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.OpDef;

/**
 * Control flow of TensorFlow 1 (Enter, Merge, Switch, NextIteration, Exit) in the main graph as
 * that of TensorFlow 2 (StatelessWhile, StatelessIf and functions), the innermost first. What has
 * another form than TensorFlow's own while_loop and cond stays as it is.
 */
final class RaiseControlFlow {
  private static final String LOOP = "StatelessWhile";
  private static final String CHOICE = "StatelessIf";

  private final Map<String, NodeDef> nodes = new LinkedHashMap<>();
  private final List<FunctionDef> functions = new ArrayList<>();

  private RaiseControlFlow(GraphDef graph) {
    graph.getNodeList().forEach(n -> nodes.put(n.getName(), n));
  }

  /** The graph with loops and conditions raised; the same graph if it has none. */
  static GraphDef raise(GraphDef graph) {
    if (graph.getNodeList().stream().noneMatch(n -> isMerge(n))) {
      return graph;
    }
    RaiseControlFlow r = new RaiseControlFlow(graph);
    if (r.nodes.size() != graph.getNodeCount()) {
      return graph; // two nodes of one name, which reading the graph tells of
    }
    boolean changed = true;
    while (changed) {
      changed = false;
      for (NodeDef n : List.copyOf(r.nodes.values())) {
        if (isMerge(n) && !r.isOfLoop(n)) {
          changed |= r.raiseChoice(n);
        }
      }
      for (List<NodeDef> enters : r.frames().values()) {
        changed |= r.raiseLoop(enters);
      }
    }
    GraphDef.Builder out = graph.toBuilder().clearNode().addAllNode(r.nodes.values());
    out.getLibraryBuilder().addAllFunction(r.functions);
    return out.build();
  }

  private static boolean isMerge(NodeDef n) {
    return n.getOp().equals("Merge") || n.getOp().equals("RefMerge");
  }

  private static boolean isSwitch(NodeDef n) {
    return n.getOp().equals("Switch") || n.getOp().equals("RefSwitch");
  }

  private static boolean is(NodeDef n, String op) {
    return n != null && (n.getOp().equals(op) || n.getOp().equals("Ref" + op));
  }

  private boolean isOfLoop(NodeDef merge) {
    return merge.getInputList().stream()
        .anyMatch(in -> is(node(in), "NextIteration") || is(node(in), "Enter"));
  }

  private NodeDef node(String reference) {
    return nodes.get(name(reference));
  }

  private static String name(String reference) {
    String r = reference.startsWith("^") ? reference.substring(1) : reference;
    int colon = r.lastIndexOf(':');
    return colon < 0 ? r : r.substring(0, colon);
  }

  private static int index(String reference) {
    return reference.endsWith(":1") ? 1 : 0;
  }

  private Map<String, List<NodeDef>> frames() {
    Map<String, List<NodeDef>> frames = new TreeMap<>();
    for (NodeDef n : nodes.values()) {
      if (is(n, "Enter") && n.getInputCount() > 0) {
        AttrValue frame = n.getAttrMap().get("frame_name");
        String name = frame == null ? "" : frame.getS().toStringUtf8();
        frames.computeIfAbsent(name, k -> new ArrayList<>()).add(n);
      }
    }
    return frames;
  }

  /** A part of the graph as a function: where it begins, by reference, with its arguments. */
  private final class Part {
    final Map<String, Integer> arguments;
    final Map<String, NodeDef> inside = new LinkedHashMap<>();

    Part(Map<String, Integer> arguments) {
      this.arguments = arguments;
    }

    /** Takes in all that a reference needs; false if that holds control flow not raised yet. */
    boolean add(String reference) {
      Deque<String> open = new ArrayDeque<>(List.of(reference));
      while (!open.isEmpty()) {
        String r = open.poll();
        if (arguments.containsKey(key(r))) {
          continue;
        }
        NodeDef n = node(r);
        if (n == null || isFlow(n)) {
          return false;
        }
        if (inside.containsKey(n.getName())) {
          continue;
        }
        NodeDef.Builder copy = n.toBuilder().clearInput();
        for (String in : n.getInputList()) {
          if (!in.startsWith("^")) {
            copy.addInput(inner(in));
            open.add(in);
          }
        }
        inside.put(n.getName(), copy.build());
      }
      return true;
    }

    private boolean isFlow(NodeDef n) {
      return isMerge(n)
          || isSwitch(n)
          || is(n, "Enter")
          || is(n, "Exit")
          || is(n, "NextIteration")
          || n.getOp().equals("LoopCond");
    }

    String inner(String reference) {
      Integer argument = arguments.get(key(reference));
      return argument == null ? key(reference) : argument(argument);
    }

    void define(String name, int count, List<String> results) {
      OpDef.Builder signature = OpDef.newBuilder().setName(name);
      for (int i = 0; i < count; i++) {
        signature.addInputArg(OpDef.ArgDef.newBuilder().setName(argument(i)));
      }
      FunctionDef.Builder f = FunctionDef.newBuilder().addAllNodeDef(inside.values());
      for (int i = 0; i < results.size(); i++) {
        signature.addOutputArg(OpDef.ArgDef.newBuilder().setName("result_" + i));
        f.putRet("result_" + i, inner(results.get(i)));
      }
      functions.add(f.setSignature(signature).build());
    }
  }

  private static String argument(int i) {
    return "__argument_" + i;
  }

  /** A reference with its number. */
  private static String key(String reference) {
    return reference.contains(":") ? reference : reference + ":0";
  }

  private static AttrValue function(String name) {
    return AttrValue.newBuilder().setFunc(NameAttrList.newBuilder().setName(name)).build();
  }

  private void passOn(NodeDef n, String from) {
    nodes.put(
        n.getName(),
        NodeDef.newBuilder().setName(n.getName()).setOp("Identity").addInput(from).build());
  }

  private boolean raiseLoop(List<NodeDef> enters) {
    Map<String, List<NodeDef>> readers = readers();
    List<NodeDef> merges = new ArrayList<>();
    List<NodeDef> begins = new ArrayList<>();
    List<NodeDef> kept = new ArrayList<>();
    for (NodeDef enter : enters) {
      NodeDef merge =
          readers.getOrDefault(enter.getName(), List.of()).stream()
              .filter(RaiseControlFlow::isMerge)
              .findFirst()
              .orElse(null);
      if (merge == null) {
        kept.add(enter);
      } else if (merge.getInputCount() != 2 || !is(node(merge.getInput(1)), "NextIteration")) {
        return false;
      } else {
        begins.add(enter);
        merges.add(merge);
      }
    }
    NodeDef condition = null;
    List<NodeDef> exits = new ArrayList<>();
    Map<String, Integer> before = new HashMap<>();
    Map<String, Integer> inside = new HashMap<>();
    List<String> next = new ArrayList<>();
    for (int i = 0; i < merges.size(); i++) {
      NodeDef merge = merges.get(i);
      before.put(merge.getName() + ":0", i);
      inside.put(merge.getName() + ":0", i);
      next.add(node(merge.getInput(1)).getInput(0));
      NodeDef exit = null;
      for (NodeDef way : readers.getOrDefault(merge.getName(), List.of())) {
        if (!isSwitch(way) || !is(node(way.getInput(1)), "LoopCond")) {
          continue;
        }
        condition = node(way.getInput(1));
        inside.put(way.getName() + ":1", i);
        exit =
            readers.getOrDefault(way.getName(), List.of()).stream()
                .filter(n -> is(n, "Exit"))
                .findFirst()
                .orElse(exit);
      }
      exits.add(exit);
    }
    for (int i = 0; i < kept.size(); i++) {
      before.put(kept.get(i).getName() + ":0", merges.size() + i);
      inside.put(kept.get(i).getName() + ":0", merges.size() + i);
      next.add(kept.get(i).getName() + ":0");
    }
    if (condition == null) {
      return false;
    }
    Part asked = new Part(before);
    Part done = new Part(inside);
    if (!asked.add(condition.getInput(0)) || !next.stream().allMatch(done::add)) {
      return false;
    }
    String name = condition.getName();
    asked.define(name + "/condition", next.size(), List.of(condition.getInput(0)));
    done.define(name + "/body", next.size(), next);
    NodeDef.Builder loop =
        NodeDef.newBuilder()
            .setName(name)
            .setOp(LOOP)
            .putAttr("cond", function(name + "/condition"))
            .putAttr("body", function(name + "/body"));
    begins.forEach(b -> loop.addInput(b.getInput(0)));
    kept.forEach(k -> loop.addInput(k.getInput(0)));
    nodes.put(name, loop.build());
    for (int i = 0; i < exits.size(); i++) {
      if (exits.get(i) != null) {
        passOn(exits.get(i), name + ":" + i);
      }
    }
    enters.forEach(e -> nodes.remove(e.getName()));
    merges.forEach(m -> nodes.remove(m.getName()));
    return true;
  }

  private Map<String, List<NodeDef>> readers() {
    Map<String, List<NodeDef>> readers = new HashMap<>();
    for (NodeDef n : nodes.values()) {
      for (String in : n.getInputList()) {
        if (!in.startsWith("^")) {
          readers.computeIfAbsent(name(in), k -> new ArrayList<>()).add(n);
        }
      }
    }
    return readers;
  }

  private boolean raiseChoice(NodeDef merge) {
    List<String> ways = merge.getInputList().stream().filter(in -> !in.startsWith("^")).toList();
    if (ways.size() != 2) {
      return false;
    }
    Map<String, Set<Integer>> first = conditions(ways.get(0));
    Map<String, Set<Integer>> second = conditions(ways.get(1));
    for (Map.Entry<String, Set<Integer>> e : first.entrySet()) {
      Set<Integer> other = second.getOrDefault(e.getKey(), Set.of());
      if (e.getValue().size() == 1 && other.size() == 1 && !other.equals(e.getValue())) {
        boolean firstIsTrue = e.getValue().contains(1);
        return raiseChoice(
            merge, e.getKey(), ways.get(firstIsTrue ? 0 : 1), ways.get(firstIsTrue ? 1 : 0));
      }
    }
    return false;
  }

  private boolean raiseChoice(NodeDef merge, String condition, String yes, String no) {
    List<String> inputs = new ArrayList<>(List.of(condition));
    Map<String, Integer> ifTrue = new HashMap<>();
    Map<String, Integer> ifFalse = new HashMap<>();
    for (NodeDef n : nodes.values()) {
      if (isSwitch(n) && source(n.getInput(1)).equals(condition)) {
        ifTrue.put(n.getName() + ":1", inputs.size() - 1);
        ifFalse.put(n.getName() + ":0", inputs.size() - 1);
        inputs.add(n.getInput(0));
      }
    }
    Part then = new Part(ifTrue);
    Part otherwise = new Part(ifFalse);
    if (!then.add(yes) || !otherwise.add(no)) {
      return false;
    }
    String name = merge.getName() + "/If";
    if (nodes.containsKey(name)) {
      return false;
    }
    then.define(name + "/then", inputs.size() - 1, List.of(yes));
    otherwise.define(name + "/else", inputs.size() - 1, List.of(no));
    nodes.put(
        name,
        NodeDef.newBuilder()
            .setName(name)
            .setOp(CHOICE)
            .addAllInput(inputs)
            .putAttr("then_branch", function(name + "/then"))
            .putAttr("else_branch", function(name + "/else"))
            .build());
    passOn(merge, name + ":0");
    return true;
  }

  /** A condition without the Identity nodes in front of it. */
  private String source(String reference) {
    String r = key(reference);
    Set<String> seen = new HashSet<>();
    while (is(node(r), "Identity") && node(r).getInputCount() > 0 && seen.add(r)) {
      r = key(node(r).getInput(0));
    }
    return r;
  }

  /** The sides of conditions that a value waits for, by condition. */
  private Map<String, Set<Integer>> conditions(String reference) {
    Map<String, Set<Integer>> sides = new LinkedHashMap<>();
    Deque<String> open = new ArrayDeque<>(List.of(reference));
    Set<String> seen = new HashSet<>();
    while (!open.isEmpty()) {
      String r = open.poll();
      NodeDef n = node(r);
      if (n == null) {
        continue;
      }
      if (isSwitch(n) && n.getInputCount() > 1 && !r.startsWith("^")) {
        sides.computeIfAbsent(source(n.getInput(1)), k -> new HashSet<>()).add(index(r));
      }
      // What comes from the iteration before does not wait in this one.
      if (seen.add(n.getName()) && !is(n, "NextIteration")) {
        open.addAll(n.getInputList());
      }
    }
    return sides;
  }
}
