package org.betavae.export.totf;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.betavae.export.ConversionException;
import org.betavae.export.ImportOptions;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.Facts;
import org.betavae.export.onnx.OnnxFiles;
import org.betavae.export.onnx.OnnxTensorReader;
import org.betavae.export.tf.TfGraph;
import org.betavae.export.tf.TfGraphBuilder;

/** Turns an ONNX model into a flat TensorFlow graph: every node by its importer. */
public final class GraphImporter {
  /** More failures of one model tell nothing new. */
  private static final int MOST_FAILURES = 20;

  private final ModelProto model;
  private final ImportOptions options;
  private final Functions functions;
  private final Set<String> failures = new LinkedHashSet<>();
  private final KeptNodes kept = new KeptNodes();
  private Frame frame;
  private int count;

  /** The values that the node at hand, and graphs inside of it, can name. */
  private Values scope;

  private GraphImporter(ModelProto model, ImportOptions options) {
    this.model = model;
    this.options = options;
    this.functions = new Functions(model);
    this.frame = new Frame(Functions.opsets(model.getOpsetImportList()), Map.of());
  }

  /**
   * Imports a model that has been checked.
   *
   * @throws ConversionException if operators have no importer, or a node has a form that cannot be
   *     imported; the message lists every one
   * @throws IllegalArgumentException if the options do not fit the model
   */
  public static TfGraph convert(ModelProto model, ImportOptions options) {
    GraphImporter importer = new GraphImporter(model, options);
    Support.check(model, importer.functions);
    return importer.convert();
  }

  /** The ONNX operators that have an importer. */
  public static SortedSet<String> supportedOperators() {
    return Collections.unmodifiableSortedSet(new TreeSet<>(Importers.byOp().keySet()));
  }

  ImportOptions options() {
    return options;
  }

  private TfGraph convert() {
    TfGraphBuilder graph = new TfGraphBuilder();
    Facts facts = new Facts(frame.opsets.getOrDefault("", 1));
    TfEmitter out = new TfEmitter(graph, null, facts, this);
    GraphEnds ends = new GraphEnds(model.getGraph(), options);
    Values values = new Values(null);
    ends.addInputs(out, values);
    run(model.getGraph(), values, out);
    if (!failures.isEmpty()) {
      throw new ConversionException(
          "Cannot convert: "
              + failures.stream().limit(MOST_FAILURES).collect(Collectors.joining("; "))
              + (failures.size() > MOST_FAILURES
                  ? "; and " + (failures.size() - MOST_FAILURES) + " more"
                  : "")
              + ". Change the layers, or add an OpImporter.");
    }
    ends.addOutputs(out, values);
    DenseBeforeImage turned = TfRewrites.apply(graph);
    TfGraph made = graph.build();
    return made.withOrigin(ends.origin(model, kept.in(made, graph.changed(), turned)));
  }

  /** Imports a graph's initializers and nodes; its inputs are bound. */
  void run(GraphProto graph, Values values, TfEmitter out) {
    for (TensorProto t : graph.getInitializerList()) {
      values.put(t.getName(), initializer(t));
    }
    for (NodeProto n : graph.getNodeList()) {
      node(n, values, out);
    }
  }

  private TfValue initializer(TensorProto t) {
    Tensor value = OnnxTensorReader.read(t);
    if (value == null) {
      return OtherTypes.initializer(t, this::failed);
    }
    return value.type().isFloat() && value.size() > 1
        ? TfValue.of(new Weight(t.getName(), value).view())
        : TfValue.of(value);
  }

  private TfValue failed(String message) {
    failures.add(message);
    return TfValue.FAILED;
  }

  private void node(NodeProto n, Values values, TfEmitter out) {
    if (++count > Support.MOST_NODES) {
      throw new ConversionException(
          "Cannot convert: the model has more than "
              + Support.MOST_NODES
              + " nodes once functions are inlined, expected a model of ordinary size. Check where"
              + " it comes from.");
    }
    OnnxOp op = new OnnxOp(n, frame.opsets.getOrDefault(Functions.domain(n), 1), frame.attributes);
    List<TfValue> in = new ArrayList<>();
    for (String name : n.getInputList()) {
      in.add(name.isEmpty() ? null : values.get(name));
    }
    if (in.contains(TfValue.FAILED)) {
      n.getOutputList().forEach(name -> values.put(name, TfValue.FAILED));
      return;
    }
    FunctionProto function = functions.find(n);
    if (function != null) {
      call(function, op, in, values, out);
      return;
    }
    List<Facts.Fact> known = facts(op, in, out);
    List<TfValue> results = constants(known);
    if (results == null) {
      results = convert(op, in, values, out);
      for (int i = 0; known != null && i < known.size(); i++) {
        if (results.get(i) != null && results.get(i) != TfValue.FAILED) {
          results.get(i).learn(known.get(i));
        }
      }
    }
    for (int i = 0; i < n.getOutputCount(); i++) {
      if (!n.getOutput(i).isEmpty() && results.get(i) != null) {
        values.put(n.getOutput(i), results.get(i));
      }
    }
  }

  private static List<Facts.Fact> facts(OnnxOp op, List<TfValue> in, TfEmitter out) {
    boolean standard = op.key().equals(op.op());
    if (!standard || in.stream().anyMatch(v -> v != null && v.weight() != null)) {
      return null;
    }
    List<Facts.Fact> facts = new ArrayList<>();
    in.forEach(v -> facts.add(v == null ? null : v.fact()));
    return out.facts().of(op.op(), facts, op.plainAttributes(), op.proto().getOutputCount());
  }

  private static List<TfValue> constants(List<Facts.Fact> known) {
    return known != null && known.stream().allMatch(f -> f.constant() != null)
        ? known.stream().map(f -> TfValue.of(f.constant())).toList()
        : null;
  }

  private List<TfValue> convert(OnnxOp op, List<TfValue> in, Values values, TfEmitter out) {
    out.start(op, in);
    Values outer = scope;
    scope = values;
    int before = out.graph().size();
    try {
      Importers.byOp().get(op.key()).convert(op, out);
      boolean sequences =
          Stream.concat(in.stream(), out.results().stream())
              .anyMatch(v -> v != null && v.items() != null);
      if (!sequences
          && out.isOutermost()
          && op.key().equals(op.op())
          && op.opset() == OnnxFiles.opset(model)) {
        kept.add(op, in, out.results(), out.graph(), before);
      }
      return out.results();
    } catch (ConversionException e) {
      failures.add(e.getMessage());
    } catch (IllegalStateException
        | IllegalArgumentException
        | ArithmeticException
        | IndexOutOfBoundsException
        | ClassCastException
        | NullPointerException e) {
      // Attributes and constants that no exporter would write, from a damaged or hostile file.
      failures.add(
          op + ": its attributes or inputs contradict its operator (" + e.getMessage() + ")");
    } finally {
      scope = outer;
    }
    List<TfValue> failed = new ArrayList<>();
    op.proto().getOutputList().forEach(name -> failed.add(TfValue.FAILED));
    return failed;
  }

  /** Imports a graph inside of the node at hand as if it stood outside. */
  List<TfValue> inline(GraphProto body, List<TfValue> arguments, TfEmitter out) {
    Values values = new Values(scope);
    for (int i = 0; i < body.getInputCount() && i < arguments.size(); i++) {
      values.put(body.getInput(i).getName(), arguments.get(i));
    }
    TfEmitter.Place place = out.place();
    run(body, values, out);
    out.resume(place);
    List<TfValue> made = new ArrayList<>();
    for (ValueInfoProto v : body.getOutputList()) {
      made.add(values.get(v.getName()));
    }
    if (made.contains(TfValue.FAILED)) {
      throw out.fail("a node inside of it cannot be converted", "expected supported nodes alone");
    }
    return made;
  }

  private void call(
      FunctionProto function, OnnxOp op, List<TfValue> in, Values values, TfEmitter out) {
    functions.enter(function, op.proto());
    Values inner = new Values(null);
    for (int i = 0; i < function.getInputCount(); i++) {
      inner.put(function.getInput(i), i < in.size() ? in.get(i) : null);
    }
    Map<String, AttributeProto> attributes = new HashMap<>(op.attributes());
    function.getAttributeProtoList().forEach(a -> attributes.putIfAbsent(a.getName(), a));
    Frame before = frame;
    frame = new Frame(functions.opsets(function), attributes);
    for (NodeProto n : function.getNodeList()) {
      node(n, inner, out);
    }
    frame = before;
    functions.leave(function);
    for (int i = 0; i < op.proto().getOutputCount() && i < function.getOutputCount(); i++) {
      values.put(op.proto().getOutput(i), inner.get(function.getOutput(i)));
    }
  }

  /** The versions of operators, and the attributes of the call, of the function at hand. */
  private record Frame(Map<String, Integer> opsets, Map<String, AttributeProto> attributes) {}

  /** Names with their values, of one graph and those around it. */
  static final class Values {
    private final Values outer;
    private final Map<String, TfValue> byName = new HashMap<>();

    Values(Values outer) {
      this.outer = outer;
    }

    void put(String name, TfValue value) {
      byName.put(name, value);
    }

    TfValue get(String name) {
      return byName.containsKey(name) || outer == null ? byName.get(name) : outer.get(name);
    }
  }
}
