package org.betavae.export.tf;

import java.nio.file.Path;
import java.util.AbstractMap.SimpleEntry;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.betavae.export.ConversionException;
import org.betavae.export.ElementType;
import org.betavae.export.ModelHint;
import org.betavae.export.TensorSpec;
import org.betavae.export.TfSignature;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

/** Reads a frozen graph, one whose weights are constants. */
public final class GraphDefReader {
  private static final int NAMED = 8;

  /** Operators that nobody reads and that still are no result. */
  private static final Set<String> NO_RESULTS =
      Set.of("NoOp", "Const", "Assert", "Placeholder", "SaveV2", "RestoreV2", "Assign");

  private GraphDefReader() {}

  /**
   * Reads the part of a graph between inputs and outputs.
   *
   * @param inputs tensors to feed: {@code node}, {@code node:index}, or either with a name for it
   *     in front, {@code name=node:index}
   * @param outputs tensors to fetch, named in the same ways
   */
  public static TfGraph read(Path file, List<String> inputs, List<String> outputs) {
    GraphDef graph = graph(file);
    Inliner inliner = new Inliner(graph, file.toString());
    Map<String, TensorSpec> in = new LinkedHashMap<>();
    inputs.forEach(text -> in.put(tensor(text), spec(text, inliner, file)));
    List<Map.Entry<String, TensorSpec>> out = new ArrayList<>();
    outputs.forEach(text -> out.add(new SimpleEntry<>(tensor(text), spec(text, inliner, file))));
    return new Flattener(inliner, noVariables(file), file.toString()).flatten(in, out);
  }

  private static GraphDef graph(Path file) {
    GraphDef graph;
    try {
      graph = ProtoFile.read(file, "GraphDef", GraphDef.getDefaultInstance());
      if (graph.getNodeCount() == 0) {
        throw new ConversionException(
            "Cannot read "
                + file
                + ": it holds no nodes, expected a frozen GraphDef. Check that it is one.");
      }
    } catch (ConversionException e) {
      throw ModelHint.of(file, ModelHint.Wanted.GRAPH_DEF)
          .map(
              hint ->
                  new ConversionException(
                      "Cannot read " + file + ": it is no frozen GraphDef, expected one. " + hint,
                      e))
          .orElse(e);
    }
    return graph;
  }

  /**
   * What a graph's inputs and outputs probably are: its placeholders, and what no other node reads.
   */
  public static TfSignature ends(Path file) {
    GraphDef graph = graph(file);
    Inliner inliner = new Inliner(graph, file.toString());
    SortedMap<String, Integer> counts = new TreeMap<>();
    graph.getNodeList().forEach(n -> counts.merge(n.getOp(), 1, Integer::sum));
    return new TfSignature(
        "",
        specs(placeholders(inliner), inliner, file),
        specs(unread(inliner), inliner, file),
        counts);
  }

  private static List<TensorSpec> specs(List<String> nodes, Inliner inliner, Path file) {
    return nodes.stream().map(n -> spec(n, inliner, file)).toList();
  }

  private static List<String> placeholders(Inliner inliner) {
    return inliner.root().nodes.values().stream()
        .filter(n -> n.getOp().startsWith("Placeholder"))
        .map(NodeDef::getName)
        .toList();
  }

  private static List<String> unread(Inliner inliner) {
    Set<String> read = new HashSet<>();
    for (NodeDef n : inliner.root().nodes.values()) {
      n.getInputList().forEach(i -> read.add(i.replaceFirst("^\\^", "").split(":", 2)[0]));
    }
    return inliner.root().nodes.values().stream()
        .filter(n -> !read.contains(n.getName()) && !NO_RESULTS.contains(n.getOp()))
        .map(NodeDef::getName)
        .toList();
  }

  private static Flattener.Variables noVariables(Path file) {
    return (node, name) -> {
      throw new ConversionException(
          "Cannot read "
              + file
              + ": node '"
              + name
              + "' is a variable ("
              + node.getOp()
              + "), expected a frozen graph with constants alone. Freeze the graph, or convert the"
              + " SavedModel.");
    };
  }

  private static String tensor(String text) {
    String t = text.substring(text.indexOf('=') + 1);
    if (t.matches(".*:\\d{1,9}")) {
      return t;
    }
    return t.endsWith(":") ? t + "0" : t + ":0";
  }

  private static TensorSpec spec(String text, Inliner inliner, Path file) {
    int equals = text.indexOf('=');
    String tensor = tensor(text);
    String name =
        equals >= 0
            ? text.substring(0, equals)
            : tensor.endsWith(":0") ? tensor.substring(0, tensor.length() - 2) : tensor;
    NodeDef node = inliner.root().nodes.get(tensor.substring(0, tensor.lastIndexOf(':')));
    if (node == null) {
      throw noNode(tensor.substring(0, tensor.lastIndexOf(':')), inliner, file);
    }
    Map<String, AttrValue> attributes = node.getAttrMap();
    AttrValue type = attributes.getOrDefault("dtype", attributes.get("T"));
    ElementType element = type == null ? null : ElementType.ofTf(type.getTypeValue());
    AttrValue shape = attributes.get("shape");
    return new TensorSpec(
        name,
        element == null ? "unknown" : element.numpyName(),
        shape == null || !shape.hasShape() ? null : SavedModelReader.shape(shape.getShape()));
  }

  private static ConversionException noNode(String name, Inliner inliner, Path file) {
    return new ConversionException(
        "Cannot read "
            + file
            + ": it has no node '"
            + name
            + "', expected one of its "
            + inliner.root().nodes.size()
            + "."
            + Nearest.question(name, inliner.root().nodes.keySet())
            + " Placeholders: "
            + some(placeholders(inliner))
            + "; read by no other node: "
            + some(unread(inliner))
            + ".");
  }

  private static String some(List<String> names) {
    return names.stream().limit(NAMED).toList()
        + (names.size() > NAMED ? " and " + (names.size() - NAMED) + " more" : "");
  }
}
