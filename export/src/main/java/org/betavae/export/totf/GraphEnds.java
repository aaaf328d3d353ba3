package org.betavae.export.totf;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.betavae.export.ConversionException;
import org.betavae.export.ElementType;
import org.betavae.export.ImportOptions;
import org.betavae.export.TensorSpec;
import org.betavae.export.onnx.Dim;
import org.betavae.export.onnx.OnnxFiles;
import org.betavae.export.tf.KeptNode;
import org.betavae.export.tf.OnnxOrigin;

/** The inputs and outputs of a model, which keep their names. */
final class GraphEnds {
  private final GraphProto graph;
  private final ImportOptions options;

  GraphEnds(GraphProto graph, ImportOptions options) {
    this.graph = graph;
    this.options = options;
    Set<String> inputs = names(fed());
    requireKnown("inputsAsNhwc", options.inputsAsNhwc(), inputs);
    requireKnown("inputShapes", options.inputShapes().keySet(), inputs);
    requireKnown("outputsAsNhwc", options.outputsAsNhwc(), names(graph.getOutputList()));
  }

  private static Set<String> names(List<ValueInfoProto> values) {
    return values.stream()
        .map(ValueInfoProto::getName)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static void requireKnown(String option, Set<String> given, Set<String> known) {
    Set<String> unknown = new TreeSet<>(given);
    unknown.removeAll(known);
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException(
          option
              + " names "
              + unknown
              + ", expected some of "
              + known
              + ". Use the names of the ONNX model.");
    }
  }

  private List<ValueInfoProto> fed() {
    Set<String> weights =
        graph.getInitializerList().stream().map(TensorProto::getName).collect(Collectors.toSet());
    return graph.getInputList().stream().filter(v -> !weights.contains(v.getName())).toList();
  }

  void addInputs(TfEmitter out, GraphImporter.Values values) {
    for (ValueInfoProto v : fed()) {
      ElementType type = ElementType.ofOnnx(v.getType().getTensorType().getElemType());
      if (!v.getType().hasTensorType() || type == null) {
        throw new ConversionException(
            "Cannot convert: input '"
                + v.getName()
                + "' is of the type "
                + describe(v.getType())
                + ", expected a tensor of a type that TensorFlow has. Change the model's input.");
      }
      values.put(v.getName(), input(out, v, type));
    }
  }

  private TfValue input(TfEmitter out, ValueInfoProto v, ElementType type) {
    List<Dim> shape = shape(v, out);
    boolean turned = options.inputsAsNhwc().contains(v.getName());
    if (turned && (shape == null || shape.size() < 3)) {
      throw new IllegalArgumentException(
          "inputsAsNhwc names '"
              + v.getName()
              + "', whose shape is "
              + shape
              + ", expected at least 3 dimensions, [N, channels, ...]. Name images alone.");
    }
    List<Dim> fed = turned ? Shapes.permuted(shape, Shapes.toChannelsLast(shape.size())) : shape;
    TensorSpec spec =
        new TensorSpec(
            v.getName(), type.numpyName(), fed == null ? null : longs(Shapes.orMinusOne(fed)));
    TfValue made = out.value(out.graph().input(spec), type, fed);
    return turned ? out.transpose(made, Shapes.toChannelsFirst(shape.size())) : made;
  }

  private static List<Long> longs(long[] values) {
    return Arrays.stream(values).boxed().toList();
  }

  private List<Dim> shape(ValueInfoProto v, TfEmitter out) {
    List<Long> given = options.inputShapes().get(v.getName());
    TypeProto.Tensor tensor = v.getType().getTensorType();
    if (given == null && !tensor.hasShape()) {
      return null;
    }
    List<Dim> shape = new ArrayList<>();
    int rank = given != null ? given.size() : tensor.getShape().getDimCount();
    for (int i = 0; i < rank; i++) {
      TensorShapeProto.Dimension d =
          i < tensor.getShape().getDimCount() ? tensor.getShape().getDim(i) : null;
      String name = d == null ? "" : d.getDimParam();
      long number = given != null ? given.get(i) : d.hasDimValue() ? d.getDimValue() : -1;
      // Some exporters write 0 or -1 for a dimension that they do not know.
      shape.add(
          number > 0 || (number == 0 && (given != null || i > 0))
              ? Dim.of(number)
              : name.isEmpty() ? out.freshDim() : Dim.unknown("'" + name));
    }
    return shape;
  }

  private static String describe(TypeProto type) {
    if (!type.hasTensorType()) {
      return type.getValueCase().name().replace("_TYPE", "").toLowerCase(Locale.ROOT);
    }
    return OtherTypes.name(type.getTensorType().getElemType());
  }

  void addOutputs(TfEmitter out, GraphImporter.Values values) {
    for (ValueInfoProto v : graph.getOutputList()) {
      TfValue value = values.get(v.getName());
      if (value.items() != null) {
        throw new ConversionException(
            "Cannot convert: output '"
                + v.getName()
                + "' is of the type sequence, expected a tensor, as the outputs of SavedModels are."
                + " Give its tensors as outputs of their own.");
      }
      boolean turned = options.outputsAsNhwc().contains(v.getName());
      if (turned && value.rank() < 3) {
        throw new IllegalArgumentException(
            "outputsAsNhwc names '"
                + v.getName()
                + "', whose shape is "
                + value.shape()
                + ", expected at least 3 dimensions, [N, channels, ...]. Name images alone.");
      }
      TfValue given = turned ? out.transpose(value, Shapes.toChannelsLast(value.rank())) : value;
      TfValue end = out.end(given);
      List<Long> shape = turned ? shape(end) : refined(shape(end), declared(v));
      out.graph().output(new TensorSpec(v.getName(), end.type().numpyName(), shape), end.output());
    }
  }

  private static List<Long> shape(TfValue v) {
    return v.shape() == null ? null : longs(Shapes.orMinusOne(v.shape()));
  }

  /** What was worked out, and where that is nothing, what the model says. */
  private static List<Long> refined(List<Long> known, List<Long> declared) {
    if (known == null || declared == null || known.size() != declared.size()) {
      return known == null ? declared : known;
    }
    List<Long> shape = new ArrayList<>(known);
    for (int i = 0; i < shape.size(); i++) {
      if (shape.get(i) < 0) {
        shape.set(i, declared.get(i));
      }
    }
    return shape;
  }

  private static List<Long> declared(ValueInfoProto v) {
    TypeProto.Tensor tensor = v.getType().getTensorType();
    return tensor.hasShape()
        ? tensor.getShape().getDimList().stream()
            .map(d -> d.hasDimValue() ? d.getDimValue() : -1L)
            .toList()
        : null;
  }

  /** What the file says beyond what TensorFlow has a place for. */
  OnnxOrigin origin(ModelProto model, List<KeptNode> kept) {
    Map<String, List<String>> inputs = new LinkedHashMap<>();
    for (ValueInfoProto v : fed()) {
      boolean turned = options.inputsAsNhwc().contains(v.getName());
      boolean same = !turned && !options.inputShapes().containsKey(v.getName());
      inputs.put(v.getName(), same ? dimensions(v.getType().getTensorType()) : List.of());
    }
    Map<String, String> metadata = new TreeMap<>();
    model.getMetadataPropsList().forEach(e -> metadata.put(e.getKey(), e.getValue()));
    return new OnnxOrigin(
        OnnxFiles.opset(model),
        graph.getName(),
        inputs,
        graph.getOutputList().stream().map(ValueInfoProto::getName).toList(),
        metadata,
        weights(),
        kept);
  }

  private Map<String, String> weights() {
    Map<String, String> weights = new TreeMap<>();
    for (TensorProto t : graph.getInitializerList()) {
      String legal = Names.legal(t.getName());
      if (!legal.equals(t.getName())) {
        weights.put(legal, t.getName());
      }
    }
    return weights;
  }

  private static List<String> dimensions(TypeProto.Tensor tensor) {
    return tensor.getShape().getDimList().stream()
        .map(d -> d.hasDimValue() ? String.valueOf(d.getDimValue()) : d.getDimParam())
        .toList();
  }
}
