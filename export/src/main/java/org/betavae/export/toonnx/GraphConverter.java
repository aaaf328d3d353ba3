package org.betavae.export.toonnx;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.betavae.export.ConversionException;
import org.betavae.export.ConvertOptions;
import org.betavae.export.Precision;
import org.betavae.export.onnx.OnnxGraph;
import org.betavae.export.onnx.PlainNames;
import org.betavae.export.tf.KeptNode;
import org.betavae.export.tf.TfGraph;
import org.betavae.export.tf.TfNode;
import org.betavae.export.tf.TfOperators;

/**
 * Turns a flat TensorFlow graph into an ONNX graph: every operator by its converter, then the
 * rewrites.
 */
public final class GraphConverter {
  private static final int NODES_NAMED = 3;

  private GraphConverter() {}

  /**
   * Converts a graph.
   *
   * @param notes where to add what people should know of the conversion
   * @throws ConversionException if operators have no converter, all of which are named before
   *     anything is converted
   * @throws IllegalArgumentException if the options do not fit the graph
   */
  public static OnnxGraph convert(TfGraph tf, ConvertOptions options, List<String> notes) {
    Border border = new Border(tf, options);
    KeptOperators kept = KeptOperators.of(tf, options.opset());
    List<Object> order = kept.order(tf);
    checkOperators(order);
    OnnxGraph graph = new OnnxGraph(options.opset());
    Emitter out = new Emitter(graph, tf.origin() != null);
    border.addInputs(out);
    for (Object o : order) {
      if (o instanceof KeptNode k) {
        guarded(k.op() + " (node '" + k.name() + "')", () -> kept.convert(k, out));
      } else {
        convert(List.of((TfNode) o), out);
      }
    }
    border.addOutputs(out);
    Rewrites.apply(graph, out.returned());
    if (options.precision() == Precision.FP16) {
      notes.addAll(ToFloat16.apply(graph));
    }
    PlainNames.apply(graph, weightNames(tf), TfOperators::has);
    return graph;
  }

  /**
   * Names of weights in the ONNX file by those of the variables, and of the constants of a graph
   * that was never an ONNX model, whose weights may be frozen.
   */
  private static Map<String, String> weightNames(TfGraph tf) {
    Map<String, String> names = new HashMap<>();
    Map<String, String> own = tf.origin() == null ? Map.of() : tf.origin().weights();
    tf.forEachNode(
        n -> {
          boolean frozen =
              tf.origin() == null
                  && n.value() != null
                  && n.value().type().isFloat()
                  && n.value().size() > 1;
          if (frozen || n.variable() != TfNode.Variable.NONE) {
            names.put(n.name(), own.getOrDefault(n.name(), n.name()));
          }
        });
    return names;
  }

  /** Converts nodes in their order; inputs are bound before. */
  static void convert(List<TfNode> nodes, Emitter out) {
    for (TfNode n : nodes) {
      if (!n.op().equals(TfNode.INPUT)) {
        convert(n, out);
      }
    }
  }

  private static void convert(TfNode n, Emitter out) {
    out.start(n);
    guarded(n.toString(), () -> Converters.byOp().get(n.op()).convert(n, out));
    out.finish();
  }

  private static void guarded(String what, Runnable conversion) {
    try {
      conversion.run();
    } catch (IllegalStateException
        | IllegalArgumentException
        | ArithmeticException
        | IndexOutOfBoundsException
        | ClassCastException
        | NullPointerException e) {
      // Attributes and constants that no TensorFlow would write, from a damaged or hostile file.
      throw new ConversionException(
          "Cannot convert: "
              + what
              + ": its attributes or inputs contradict its operator ("
              + e.getMessage()
              + "). Check the model that it comes from.",
          e);
    }
  }

  /** The TensorFlow operators that have a converter. */
  public static SortedSet<String> supportedOperators() {
    return Collections.unmodifiableSortedSet(new TreeSet<>(Converters.byOp().keySet()));
  }

  private static void addMissing(TfNode n, SortedMap<String, List<String>> missing) {
    if (!n.op().equals(TfNode.INPUT) && !Converters.byOp().containsKey(n.op())) {
      missing.computeIfAbsent(n.op(), k -> new ArrayList<>()).add(n.name());
    }
    n.bodies().forEach(b -> b.nodes().forEach(inner -> addMissing(inner, missing)));
  }

  private static void checkOperators(List<Object> order) {
    SortedMap<String, List<String>> missing = new TreeMap<>();
    for (Object o : order) {
      if (o instanceof TfNode n) {
        addMissing(n, missing);
      }
    }
    if (missing.isEmpty()) {
      return;
    }
    List<String> parts = new ArrayList<>();
    missing.forEach(
        (op, nodes) -> {
          String first =
              nodes.stream()
                  .limit(NODES_NAMED)
                  .map(name -> "'" + name + "'")
                  .collect(Collectors.joining(", "));
          String count = nodes.size() == 1 ? "node " : nodes.size() + " nodes: ";
          parts.add(op + " (" + count + first + (nodes.size() > NODES_NAMED ? ", ..." : "") + ")");
        });
    throw new ConversionException(
        "Cannot convert: no converter for "
            + String.join(", ", parts)
            + ". "
            + Converters.byOp().size()
            + " operators are supported: see docs/operators.md. Replace the layer, or add an"
            + " OpConverter.");
  }
}
