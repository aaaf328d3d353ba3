package org.betavae.export.totf;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.betavae.export.ConversionException;

/** Whether every operator of a model has an importer, asked before anything is converted. */
final class Support {
  private static final int NODES_NAMED = 3;

  /** More nodes than any model has; what passes it was made to exhaust memory. */
  static final int MOST_NODES = 1_000_000;

  /** Operator sets before this one have operators of other meanings under the same names. */
  private static final int OLDEST_OPSET = 7;

  private final Functions functions;

  /** How many nodes a call of each function comes to. */
  private final Map<FunctionProto, Long> sizes = new HashMap<>();

  private final SortedMap<String, List<String>> missing = new TreeMap<>();

  private Support(Functions functions) {
    this.functions = functions;
  }

  /**
   * Checks a model.
   *
   * @throws ConversionException if operators have no importer; the message lists every one
   */
  static void check(ModelProto model, Functions functions) {
    Map<String, Integer> opsets = Functions.opsets(model.getOpsetImportList());
    int opset = opsets.getOrDefault("", OLDEST_OPSET);
    Support support = new Support(functions);
    if (support.graph(model.getGraph()) > MOST_NODES) {
      throw new ConversionException(
          "Cannot convert: the model has more than "
              + MOST_NODES
              + " nodes once functions are inlined, expected a model of ordinary size. Check where"
              + " it comes from.");
    }
    List<String> problems = new ArrayList<>();
    if (!support.missing.isEmpty()) {
      problems.add(
          "no importer for "
              + support.missing.entrySet().stream()
                  .map(e -> e.getKey() + named(e.getValue()))
                  .collect(Collectors.joining(", ")));
    }
    if (opset < OLDEST_OPSET && !Importers.byOp().isEmpty() && !isTolerated(model, opset)) {
      problems.add(
          "the model asks for operator set " + opset + ", expected " + OLDEST_OPSET + " or newer");
    }
    if (!problems.isEmpty()) {
      throw new ConversionException(
          "Cannot convert: "
              + String.join("; ", problems)
              + ". "
              + Importers.byOp().size()
              + " operators are supported: see docs/operators.md. Replace the layer, or add an"
              + " OpImporter.");
    }
  }

  /** Of older sets, what holds no operator that changed its broadcasting in set 7 is read. */
  private static boolean isTolerated(ModelProto model, int opset) {
    Set<String> changed =
        Set.of("Add", "Sub", "Mul", "Div", "Pow", "And", "Or", "Xor", "PRelu", "Gemm", "Reshape");
    return opset >= 1
        && model.getGraph().getNodeList().stream().noneMatch(n -> changed.contains(n.getOpType()));
  }

  private static String named(List<String> nodes) {
    String first =
        nodes.stream().limit(NODES_NAMED).map(n -> "'" + n + "'").collect(Collectors.joining(", "));
    String count = nodes.size() == 1 ? "node " : nodes.size() + " nodes: ";
    return " (" + count + first + (nodes.size() > NODES_NAMED ? ", ..." : "") + ")";
  }

  /** Looks at all nodes of a graph; how many there are once functions are inlined. */
  private long graph(GraphProto graph) {
    return nodes(graph.getNodeList());
  }

  private long nodes(List<NodeProto> nodes) {
    long count = 0;
    for (NodeProto n : nodes) {
      count = Math.min(count + node(n), MOST_NODES + 1L);
    }
    return count;
  }

  private long node(NodeProto n) {
    FunctionProto f = functions.find(n);
    if (f != null) {
      functions.enter(f, n);
      Long size = sizes.get(f);
      if (size == null) {
        size = nodes(f.getNodeList());
        sizes.put(f, size);
      }
      functions.leave(f);
      return size;
    }
    if (!Importers.byOp().containsKey(OnnxOp.key(n))) {
      String name = n.getName().isEmpty() && n.getOutputCount() > 0 ? n.getOutput(0) : n.getName();
      missing.computeIfAbsent(OnnxOp.key(n), k -> new ArrayList<>()).add(name);
    }
    long count = 1;
    for (AttributeProto a : n.getAttributeList()) {
      count += a.hasG() ? graph(a.getG()) : 0;
      for (GraphProto g : a.getGraphsList()) {
        count += graph(g);
      }
    }
    return count;
  }
}
