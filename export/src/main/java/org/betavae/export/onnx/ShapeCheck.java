package org.betavae.export.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.ConversionException;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;

/**
 * Whether the shapes of a model's outer graph contradict each other: the rules of inference are
 * followed from inputs and weights on, as far as they reach. Comes after {@link OperatorCheck}, so
 * that inputs and attributes are known to be there.
 *
 * <p>What an operator without a rule makes is unknown, and so is what follows from it; the shapes
 * that a file declares for values in between are not used, since runtimes take wrong ones.
 */
final class ShapeCheck {
  /** The rules say what operators do from here on. */
  private static final int OLDEST_OPSET = 13;

  /** Longer tensors are no shapes, and only shapes have to be known by value. */
  private static final int MOST_ELEMENTS = Symbolic.MOST_ELEMENTS;

  /** Operators whose rules hold for every form that the standard allows, not just for ours. */
  private static final Set<String> CHECKED = checked();

  private final ModelProto model;
  private final String what;
  private final OnnxGraph graph;
  private final Map<String, OnnxValue> values = new HashMap<>();

  ShapeCheck(ModelProto model, String what) {
    this.model = model;
    this.what = what;
    this.graph = new OnnxGraph(Nodes.standardOpset(model.getOpsetImportList()));
  }

  private static Set<String> checked() {
    Set<String> ops =
        new HashSet<>(
            Set.of(
                "Softmax",
                "LogSoftmax",
                "Dropout",
                "LRN",
                "CumSum",
                "Trilu",
                "BatchNormalization",
                "InstanceNormalization",
                "MatMul",
                "Gemm",
                "Conv",
                "ConvTranspose",
                "MaxPool",
                "AveragePool",
                "LpPool",
                "GlobalAveragePool",
                "GlobalMaxPool",
                "Shape",
                "Size",
                "Reshape",
                "Flatten",
                "Squeeze",
                "Unsqueeze",
                "Transpose",
                "Expand",
                "Concat",
                "Split",
                "Slice",
                "Gather",
                "GatherElements",
                "Tile",
                "Pad",
                "DepthToSpace",
                "SpaceToDepth"));
    List.of(
            ElementwiseOps.FUNCTIONS,
            ElementwiseOps.TESTS,
            ElementwiseOps.CASTS,
            ElementwiseOps.ARITHMETIC,
            ElementwiseOps.LOGIC,
            ElementwiseOps.CHOICES,
            ReduceRules.REDUCE)
        .forEach(ops::addAll);
    return Collections.unmodifiableSet(ops);
  }

  /**
   * Follows the shapes.
   *
   * @throws ConversionException if two contradict; the message names the node
   */
  void run() {
    if (graph.opset() < OLDEST_OPSET || graph.opset() > StandardOperators.newest()) {
      return;
    }
    GraphProto g = model.getGraph();
    g.getInitializerList().forEach(t -> values.put(t.getName(), value(t.getName(), t)));
    // A weight that is an input, too, may be given another value, so its declaration counts.
    g.getInputList().forEach(v -> values.put(v.getName(), declared(v)));
    for (NodeProto n : g.getNodeList()) {
      List<OnnxValue> made = outputs(n);
      for (int i = 0; i < n.getOutputCount(); i++) {
        values.put(n.getOutput(i), i < made.size() ? made.get(i) : unknown(n.getOutput(i)));
      }
    }
  }

  /** What is known of a value of the outer graph. */
  OnnxValue value(String name) {
    return values.get(name);
  }

  private List<OnnxValue> outputs(NodeProto n) {
    if (n.getOpType().equals("Constant") && Nodes.isStandard(n)) {
      return constant(n);
    }
    List<OnnxValue> in = new ArrayList<>();
    for (String name : n.getInputList()) {
      in.add(name.isEmpty() ? null : values.getOrDefault(name, unknown(name)));
    }
    if (!isChecked(n, in)) {
      return List.of();
    }
    try {
      String name = n.getName().isEmpty() ? n.getOutput(0) : n.getName();
      return graph.nodes(n.getOpType(), name, in, attributes(n), n.getOutputCount());
    } catch (ConversionException e) {
      throw Inference.whileReading(e, what);
    } catch (ArithmeticException
        | ClassCastException
        | IllegalArgumentException
        | IndexOutOfBoundsException
        | NegativeArraySizeException
        | NullPointerException e) {
      // Attributes of other types and sizes beyond 2^63, from a damaged or hostile file.
      throw new ConversionException(
          "Cannot read "
              + what
              + ": node '"
              + n.getName()
              + "' ("
              + n.getOpType()
              + ") contradicts its operator ("
              + e.getMessage()
              + "), expected attributes and sizes that fit it. The file is damaged; export it"
              + " again.",
          e);
    }
  }

  private static boolean isChecked(NodeProto n, List<OnnxValue> in) {
    boolean variadic =
        StandardOperators.versions(n.getOpType()).values().stream()
            .anyMatch(v -> v.inputs().most() == StandardOperators.ANY);
    return Nodes.isStandard(n)
        && CHECKED.contains(n.getOpType())
        && n.getOutputCount() > 0
        && !(variadic && in.contains(null));
  }

  /** The attributes that rules ask for. */
  private static Map<String, Object> attributes(NodeProto n) {
    Map<String, Object> out = new HashMap<>();
    for (AttributeProto a : n.getAttributeList()) {
      AttributeType type = a.getType();
      if (type == AttributeType.INT) {
        out.put(a.getName(), a.getI());
      } else if (type == AttributeType.FLOAT) {
        out.put(a.getName(), a.getF());
      } else if (type == AttributeType.STRING) {
        out.put(a.getName(), a.getS().toStringUtf8());
      } else if (type == AttributeType.INTS) {
        out.put(a.getName(), longs(a.getIntsList()));
      }
    }
    return out;
  }

  private List<OnnxValue> constant(NodeProto n) {
    String name = n.getOutput(0);
    for (AttributeProto a : n.getAttributeList()) {
      switch (a.getName()) {
        case "value" -> {
          return List.of(value(name, a.getT()));
        }
        case "value_int" -> {
          long only = a.getI();
          return List.of(
              graph.constant(name, Tensor.ofLongs(ElementType.INT64, new long[0], i -> only)));
        }
        case "value_ints" -> {
          return List.of(graph.constant(name, Tensor.longs(longs(a.getIntsList()))));
        }
        default -> {} // numbers and texts are no shapes
      }
    }
    return List.of();
  }

  private static long[] longs(List<Long> list) {
    return list.stream().mapToLong(Long::longValue).toArray();
  }

  /** A weight: its value where it may be a shape or axes, its shape in any case. */
  private OnnxValue value(String name, TensorProto t) {
    ElementType type = ElementType.ofOnnx(t.getDataType());
    Tensor small =
        t.getDimsCount() <= 1 && OnnxTensors.elements(t, what) <= MOST_ELEMENTS
            ? OnnxTensors.wholeNumbers(t)
            : null;
    return small != null
        ? graph.constant(name, small)
        : new OnnxValue(name, type, t.getDimsList().stream().map(Dim::of).toList(), null);
  }

  private OnnxValue declared(ValueInfoProto v) {
    TypeProto.Tensor tensor = v.getType().getTensorType();
    if (!v.getType().hasTensorType() || !tensor.hasShape()) {
      return unknown(v.getName());
    }
    List<Dim> shape = new ArrayList<>();
    for (TensorShapeProto.Dimension d : tensor.getShape().getDimList()) {
      // Some exporters write 0 or -1 for a dimension that they do not know. The quote keeps the
      // file's names apart from those that rules make up.
      shape.add(
          d.getDimValue() > 0
              ? Dim.of(d.getDimValue())
              : d.getDimParam().isEmpty() ? graph.freshDim() : Dim.unknown("'" + d.getDimParam()));
    }
    return new OnnxValue(v.getName(), ElementType.ofOnnx(tensor.getElemType()), shape, null);
  }

  private static OnnxValue unknown(String name) {
    return new OnnxValue(name, null, null, null);
  }
}
