package org.betavae.export.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * Nodes in an order in which each stands behind those that it reads. The standard asks for it, but
 * ONNX Runtime does not, and some tools, its own conversion to float16 among them, append nodes at
 * the end.
 */
@SuppressWarnings("ReferenceEquality") // the same object says that nothing has changed
final class NodeOrder {
  private NodeOrder() {}

  /** The model with its nodes in order; the same model where they are, or form a cycle. */
  static ModelProto of(ModelProto model) {
    GraphProto ordered = ordered(model.getGraph());
    return ordered == model.getGraph() ? model : model.toBuilder().setGraph(ordered).build();
  }

  private static GraphProto ordered(GraphProto graph) {
    List<NodeProto> nodes = new ArrayList<>();
    boolean changed = false;
    for (NodeProto n : graph.getNodeList()) {
      NodeProto inner = insideOrdered(n);
      changed |= inner != n;
      nodes.add(inner);
    }
    List<NodeProto> sorted = isInOrder(nodes) ? nodes : sorted(nodes);
    return changed || sorted != nodes
        ? graph.toBuilder().clearNode().addAllNode(sorted).build()
        : graph;
  }

  private static NodeProto insideOrdered(NodeProto node) {
    NodeProto.Builder out = null;
    for (int i = 0; i < node.getAttributeCount(); i++) {
      AttributeProto a = node.getAttribute(i);
      if (a.hasG()) {
        GraphProto g = ordered(a.getG());
        if (g != a.getG()) {
          out = out == null ? node.toBuilder() : out;
          out.getAttributeBuilder(i).setG(g);
        }
      }
    }
    return out == null ? node : out.build();
  }

  private static boolean isInOrder(List<NodeProto> nodes) {
    Set<String> later = new HashSet<>();
    nodes.forEach(n -> later.addAll(n.getOutputList()));
    for (NodeProto n : nodes) {
      for (String read : reads(n)) {
        if (later.contains(read)) {
          return false;
        }
      }
      n.getOutputList().forEach(later::remove);
    }
    return true;
  }

  /** The first of the file's nodes that can stand next, each time; as they were in a cycle. */
  private static List<NodeProto> sorted(List<NodeProto> nodes) {
    Map<String, Integer> makers = new HashMap<>();
    for (int i = 0; i < nodes.size(); i++) {
      for (String made : nodes.get(i).getOutputList()) {
        if (!made.isEmpty()) {
          makers.put(made, i);
        }
      }
    }
    int[] missing = new int[nodes.size()];
    List<List<Integer>> readers = new ArrayList<>();
    nodes.forEach(n -> readers.add(new ArrayList<>()));
    for (int i = 0; i < nodes.size(); i++) {
      Set<Integer> needed = new HashSet<>();
      for (String read : reads(nodes.get(i))) {
        Integer maker = makers.get(read);
        if (maker != null && needed.add(maker)) {
          readers.get(maker).add(i);
          missing[i]++;
        }
      }
    }
    PriorityQueue<Integer> ready = new PriorityQueue<>();
    for (int i = 0; i < missing.length; i++) {
      if (missing[i] == 0) {
        ready.add(i);
      }
    }
    List<NodeProto> sorted = new ArrayList<>();
    while (!ready.isEmpty()) {
      int next = ready.poll();
      sorted.add(nodes.get(next));
      for (int reader : readers.get(next)) {
        if (--missing[reader] == 0) {
          ready.add(reader);
        }
      }
    }
    return sorted.size() == nodes.size() ? sorted : nodes;
  }

  /** The names that a node reads, in the graphs inside of it too. */
  private static Set<String> reads(NodeProto node) {
    Set<String> names = new HashSet<>(node.getInputList());
    for (AttributeProto a : node.getAttributeList()) {
      if (a.hasG()) {
        a.getG().getNodeList().forEach(n -> names.addAll(reads(n)));
        a.getG().getOutputList().forEach(o -> names.add(o.getName()));
      }
    }
    names.remove("");
    return names;
  }
}
