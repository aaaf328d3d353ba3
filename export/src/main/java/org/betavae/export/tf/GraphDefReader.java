package org.betavae.export.tf;

import com.google.protobuf.InvalidProtocolBufferException;
import java.nio.file.Path;
import java.util.AbstractMap.SimpleEntry;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.betavae.export.ConversionException;
import org.betavae.export.ElementType;
import org.betavae.export.TensorSpec;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

/** Reads a frozen graph, one whose weights are constants. */
public final class GraphDefReader {
  private GraphDefReader() {}

  /**
   * Reads the part of a graph between inputs and outputs.
   *
   * @param inputs tensors to feed: {@code node}, {@code node:index}, or either with a name for it
   *     in front, {@code name=node:index}
   * @param outputs tensors to fetch, named in the same ways
   */
  public static TfGraph read(Path file, List<String> inputs, List<String> outputs) {
    GraphDef graph;
    try {
      graph = GraphDef.parseFrom(SavedModelReader.bytes(file));
    } catch (InvalidProtocolBufferException e) {
      throw new ConversionException(
          "Cannot read "
              + file
              + ": no valid GraphDef protobuf ("
              + e.getMessage()
              + "). The file is cut off, damaged or of another kind.",
          e);
    }
    if (graph.getNodeCount() == 0) {
      throw new ConversionException(
          "Cannot read "
              + file
              + ": it holds no nodes, expected a frozen GraphDef. For a SavedModel name its folder instead.");
    }
    Inliner inliner = new Inliner(graph, file.toString());
    Map<String, TensorSpec> in = new LinkedHashMap<>();
    inputs.forEach(text -> in.put(tensor(text), spec(text, inliner, file)));
    List<Map.Entry<String, TensorSpec>> out = new ArrayList<>();
    outputs.forEach(text -> out.add(new SimpleEntry<>(tensor(text), spec(text, inliner, file))));
    return new Flattener(inliner, noVariables(file), file.toString()).flatten(in, out);
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
              + "), expected a frozen graph with constants alone. Freeze the graph, or convert the SavedModel.");
    };
  }

  private static String tensor(String text) {
    String t = text.substring(text.indexOf('=') + 1);
    return t.contains(":") ? t : t + ":0";
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
      throw new ConversionException(
          "Cannot read "
              + file
              + ": it has no node '"
              + tensor.substring(0, tensor.lastIndexOf(':'))
              + "', expected one of its "
              + inliner.root().nodes.size()
              + ". Placeholders: "
              + inliner.root().nodes.values().stream()
                  .filter(n -> n.getOp().startsWith("Placeholder"))
                  .map(NodeDef::getName)
                  .toList()
              + ".");
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
}
