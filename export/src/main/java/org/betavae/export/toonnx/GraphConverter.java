package org.betavae.export.toonnx;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.betavae.export.ConversionException;
import org.betavae.export.ConvertOptions;
import org.betavae.export.ElementType;
import org.betavae.export.TensorSpec;
import org.betavae.export.onnx.Dim;
import org.betavae.export.onnx.OnnxGraph;
import org.betavae.export.onnx.OnnxValue;
import org.betavae.export.tf.TfGraph;
import org.betavae.export.tf.TfNode;

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
   * @throws ConversionException if operators have no converter, all of which are named before
   *     anything is converted
   */
  public static OnnxGraph convert(TfGraph tf, ConvertOptions options) {
    checkNames(
        "input", options.inputsAsNchw(), tf.inputs().stream().map(TfGraph.Input::spec).toList());
    checkNames(
        "output",
        options.outputsAsNchw(),
        tf.outputs().stream().map(TfGraph.Output::spec).toList());
    checkOperators(tf);
    OnnxGraph graph = new OnnxGraph(options.opset());
    Map<String, String> outputNames = outputNames(tf, options);
    Emitter out = new Emitter(graph);
    addInputs(tf, options, out);
    for (TfNode n : tf.nodes()) {
      if (n.op().equals(TfNode.INPUT)) {
        continue;
      }
      out.start(n);
      Converters.byOp().get(n.op()).convert(n, out);
      out.finish();
    }
    for (TfGraph.Output o : tf.outputs()) {
      OnnxValue v = out.value(o.value());
      boolean flip = options.outputsAsNchw().contains(o.spec().name());
      if (flip && v.rank() != 4) {
        throw notAnImage("output", o.spec().name(), v.shape());
      }
      graph.addOutput(
          outputNames.get(o.spec().name()),
          flip ? transposed(graph, o.spec().name(), v, Perms.toChannelsFirst(4)) : v);
    }
    Rewrites.apply(graph);
    return graph;
  }

  /** The TensorFlow operators that have a converter. */
  public static SortedSet<String> supportedOperators() {
    return Collections.unmodifiableSortedSet(new TreeSet<>(Converters.byOp().keySet()));
  }

  private static void checkNames(String kind, Set<String> named, List<TensorSpec> specs) {
    List<String> known = specs.stream().map(TensorSpec::name).toList();
    for (String name : named) {
      if (!known.contains(name)) {
        throw new IllegalArgumentException(
            kind
                + "sAsNchw names '"
                + name
                + "', expected one of the model's "
                + kind
                + "s "
                + known
                + ". Use one of these names.");
      }
    }
  }

  private static IllegalArgumentException notAnImage(String kind, String name, List<Dim> shape) {
    return new IllegalArgumentException(
        kind
            + "sAsNchw names '"
            + name
            + "' of shape "
            + shape
            + ", expected an image [N,H,W,C]. Leave it out of the option.");
  }

  private static void checkOperators(TfGraph tf) {
    SortedMap<String, List<String>> missing = new TreeMap<>();
    for (TfNode n : tf.nodes()) {
      if (!n.op().equals(TfNode.INPUT) && !Converters.byOp().containsKey(n.op())) {
        missing.computeIfAbsent(n.op(), k -> new ArrayList<>()).add(n.name());
      }
    }
    if (missing.isEmpty()) {
      return;
    }
    List<String> parts = new ArrayList<>();
    missing.forEach(
        (op, nodes) -> {
          List<String> first =
              nodes.stream().limit(NODES_NAMED).map(name -> "node '" + name + "'").toList();
          int more = nodes.size() - first.size();
          parts.add(
              op
                  + " ("
                  + String.join(", ", first)
                  + (more > 0 ? " and " + more + " more" : "")
                  + ")");
        });
    throw new ConversionException(
        "Cannot convert: no converter for "
            + String.join(", ", parts)
            + ". "
            + Converters.byOp().size()
            + " operators are supported: see docs/operators.md. Replace the layer, or add an OpConverter.");
  }

  /**
   * ONNX names of the outputs; one that an input has already gets an ending, since ONNX wants them
   * to differ.
   */
  private static Map<String, String> outputNames(TfGraph tf, ConvertOptions options) {
    Set<String> taken = new HashSet<>();
    for (TfGraph.Input in : tf.inputs()) {
      addName("inputs", options.rename().getOrDefault(in.spec().name(), in.spec().name()), taken);
    }
    Map<String, String> names = new HashMap<>();
    for (TfGraph.Output o : tf.outputs()) {
      String tfName = o.spec().name();
      String wanted = options.rename().getOrDefault(tfName, tfName);
      String name =
          taken.contains(wanted) && !options.rename().containsKey(tfName)
              ? wanted + "_out"
              : wanted;
      addName("outputs", name, taken);
      names.put(tfName, name);
    }
    return names;
  }

  private static void addName(String what, String name, Set<String> taken) {
    if (name.isBlank() || !taken.add(name)) {
      throw new IllegalArgumentException(
          "rename gives two "
              + what
              + " the name '"
              + name
              + "', expected names that differ and are not empty. Choose others.");
    }
  }

  private static void addInputs(TfGraph tf, ConvertOptions options, Emitter out) {
    boolean first = true;
    for (TfGraph.Input in : tf.inputs()) {
      TensorSpec spec = in.spec();
      String name = options.rename().getOrDefault(spec.name(), spec.name());
      ElementType type = type(spec);
      List<Dim> shape = shape(spec, name, first);
      first = false;
      OnnxValue v = null;
      if (!options.inputsAsNchw().contains(spec.name())) {
        v = out.graph().addInput(name, type, shape);
      } else if (shape != null && shape.size() == 4) {
        List<Dim> first4 = List.of(shape.get(0), shape.get(3), shape.get(1), shape.get(2));
        v =
            transposed(
                out.graph(),
                name,
                out.graph().addInput(name, type, first4),
                Perms.toChannelsLast(4));
      } else {
        throw notAnImage("input", spec.name(), shape);
      }
      out.start(in.node());
      out.out(v);
    }
  }

  /**
   * The batch of the first input is N; other unknown dimensions are named after their input, as
   * nothing says that they are equal.
   */
  private static List<Dim> shape(TensorSpec spec, String name, boolean first) {
    if (spec.shape() == null) {
      return null;
    }
    List<Dim> shape = new ArrayList<>();
    for (int i = 0; i < spec.shape().size(); i++) {
      long d = spec.shape().get(i);
      String unknown = i > 0 ? name + "_dim" + i : first ? "N" : name + "_N";
      shape.add(d >= 0 ? Dim.of(d) : Dim.unknown(unknown));
    }
    return shape;
  }

  private static OnnxValue transposed(OnnxGraph graph, String name, OnnxValue v, int[] perm) {
    return graph.node(
        "Transpose", name + "/Transpose", List.of(v), Map.of("perm", Perms.longs(perm)));
  }

  private static ElementType type(TensorSpec spec) {
    for (ElementType t : ElementType.values()) {
      if (t.numpyName().equals(spec.type())) {
        return t;
      }
    }
    throw new ConversionException(
        "Cannot convert: input '"
            + spec.name()
            + "' has the type "
            + spec.type()
            + ", expected one that ONNX has. Feed another tensor.");
  }
}
