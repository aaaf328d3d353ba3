package org.betavae.export.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;

/** Turns the graph into ONNX's protobuf. The same graph gives the same bytes. */
public final class OnnxWriter {
  private final Map<OnnxValue, String> names = new HashMap<>();
  private final Set<String> taken = new HashSet<>();
  private final Set<String> nodeNames = new HashSet<>();
  private final Map<String, Integer> numbers = new HashMap<>();

  private final Set<OnnxValue> written = new HashSet<>();

  /** Where all constants go: the graphs inside of nodes read those of the outermost one. */
  private final GraphProto.Builder outermost = GraphProto.newBuilder();

  private OnnxWriter() {}

  /**
   * Writes a graph.
   *
   * @param graphName name of the graph in the file
   * @param producer name of the program that makes the file
   * @param version of that program
   */
  public static ModelProto write(
      OnnxGraph graph, String graphName, String producer, String version) {
    return ModelProto.newBuilder()
        .setIrVersion(irVersion(graph.opset()))
        .setProducerName(producer)
        .setProducerVersion(version)
        .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(graph.opset()))
        .setGraph(new OnnxWriter().graph(graph, graphName))
        .build();
  }

  /**
   * The file format that came out with an operator set; an older runtime that knows the set knows
   * this format.
   */
  private static int irVersion(int opset) {
    if (opset <= 14) {
      return 7;
    }
    return opset <= 18 ? 8 : opset <= 20 ? 9 : 10;
  }

  private GraphProto graph(OnnxGraph graph, String graphName) {
    for (OnnxValue in : graph.inputs()) {
      names.put(in, in.name());
      taken.add(in.name());
      outermost.addInput(info(in, in.name()));
    }
    taken.addAll(graph.outputs().keySet());
    return fill(outermost, graph, graph.outputs()).setName(graphName).build();
  }

  /** A graph inside of a node: no name of the graphs around may come up in it again. */
  private GraphProto inner(OnnxGraph graph, String graphName) {
    GraphProto.Builder out = GraphProto.newBuilder().setName(graphName);
    graph.captures().forEach((outer, in) -> names.put(in, name(outer)));
    graph.inputs().forEach(in -> out.addInput(info(in, name(in))));
    Map<String, OnnxValue> outputs = new LinkedHashMap<>();
    graph.outputs().forEach((name, value) -> outputs.put(unique(name, taken), value));
    return fill(out, graph, outputs).build();
  }

  private GraphProto.Builder fill(
      GraphProto.Builder out, OnnxGraph graph, Map<String, OnnxValue> outputs) {
    List<NodeProto> copies = new ArrayList<>();
    outputs.forEach((outputName, value) -> nameOutput(outputName, value, copies));
    for (OnnxNode n : graph.inOrder()) {
      for (OnnxValue v : n.inputs()) {
        addInitializer(v);
      }
      out.addNode(node(n));
      for (OnnxValue v : n.outputs()) {
        if (v.type() != null && v.shape() != null && !outputs.containsKey(names.get(v))) {
          out.addValueInfo(info(v, name(v)));
        }
      }
    }
    outputs.forEach(
        (outputName, value) -> {
          addInitializer(value);
          out.addOutput(info(value, outputName));
        });
    return out.addAllNode(copies);
  }

  private void addInitializer(OnnxValue v) {
    if (v != null && v.isConstant() && written.add(v)) {
      outermost.addInitializer(OnnxTensors.write(name(v), v.constant()));
    }
  }

  /**
   * A node's result takes the output's name; inputs, constants and values with two names are
   * copied.
   */
  private void nameOutput(String outputName, OnnxValue value, List<NodeProto> copies) {
    if (value.producer() != null && !names.containsKey(value)) {
      names.put(value, outputName);
      return;
    }
    copies.add(
        NodeProto.newBuilder()
            .setOpType("Identity")
            .setName(outputName + "/Identity")
            .addInput(name(value))
            .addOutput(outputName)
            .build());
  }

  private String name(OnnxValue v) {
    return names.computeIfAbsent(v, k -> unique(v.name(), taken));
  }

  private String unique(String wanted, Set<String> used) {
    String base = wanted.isEmpty() ? "unnamed" : wanted;
    String name = base;
    while (!used.add(name)) {
      name = base + "_" + numbers.merge(base, 1, Integer::sum);
    }
    return name;
  }

  private NodeProto node(OnnxNode n) {
    NodeProto.Builder out =
        NodeProto.newBuilder().setOpType(n.op()).setName(unique(n.name(), nodeNames));
    int last = n.listedInputs();
    while (last > 0 && n.input(last - 1) == null) {
      last--;
    }
    for (int i = 0; i < last; i++) {
      out.addInput(n.input(i) == null ? "" : name(n.input(i)));
    }
    n.outputs().forEach(v -> out.addOutput(name(v)));
    n.attributes().forEach((key, value) -> out.addAttribute(attribute(key, value)));
    return out.build();
  }

  private AttributeProto attribute(String name, Object value) {
    AttributeProto.Builder out = AttributeProto.newBuilder().setName(name);
    if (value instanceof Long l) {
      out.setType(AttributeProto.AttributeType.INT).setI(l);
    } else if (value instanceof Float f) {
      out.setType(AttributeProto.AttributeType.FLOAT).setF(f);
    } else if (value instanceof String s) {
      out.setType(AttributeProto.AttributeType.STRING).setS(ByteString.copyFromUtf8(s));
    } else if (value instanceof long[] list) {
      out.setType(AttributeProto.AttributeType.INTS);
      for (long l : list) {
        out.addInts(l);
      }
    } else if (value instanceof float[] list) {
      out.setType(AttributeProto.AttributeType.FLOATS);
      for (float f : list) {
        out.addFloats(f);
      }
    } else if (value instanceof Tensor t) {
      out.setType(AttributeProto.AttributeType.TENSOR).setT(OnnxTensors.write(name, t));
    } else if (value instanceof List<?> texts) {
      out.setType(AttributeProto.AttributeType.STRINGS);
      texts.forEach(text -> out.addStrings(ByteString.copyFromUtf8((String) text)));
    } else if (value instanceof OnnxGraph g) {
      out.setType(AttributeProto.AttributeType.GRAPH).setG(inner(g, name));
    } else {
      throw new IllegalStateException(
          "attribute "
              + name
              + " is a "
              + value.getClass()
              + ", expected a number, text, list, tensor or graph. Convert it first.");
    }
    return out.build();
  }

  private static ValueInfoProto info(OnnxValue v, String name) {
    ElementType type = v.type();
    TypeProto.Tensor.Builder tensor = TypeProto.Tensor.newBuilder().setElemType(type.onnxNumber());
    if (v.shape() != null) {
      TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
      for (Dim d : v.shape()) {
        TensorShapeProto.Dimension.Builder dimension = TensorShapeProto.Dimension.newBuilder();
        shape.addDim(
            d.isKnown() ? dimension.setDimValue(d.value()) : dimension.setDimParam(d.toString()));
      }
      tensor.setShape(shape);
    }
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(TypeProto.newBuilder().setTensorType(tensor))
        .build();
  }
}
