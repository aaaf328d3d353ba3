package org.betavae.export;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * An ONNX model put together node by node, run by ONNX Runtime and, once imported, by TensorFlow on
 * the same inputs.
 */
public final class OnnxNet {
  /** Both compute in float32 with sums in another order; values in these tests are around 1. */
  private static final double TOLERANCE = 2e-5;

  /** ONNX Runtime 1.29 reads this version of the file format. */
  private static final int IR = 10;

  private final int opset;
  private final Map<String, Value> inputs = new LinkedHashMap<>();
  private final Map<String, Tensor> constants = new LinkedHashMap<>();
  private final Map<String, ElementType> outputs = new LinkedHashMap<>();
  private final List<NodeProto> nodes = new ArrayList<>();
  private final Set<String> fixed = new HashSet<>();
  private double tolerance = TOLERANCE;

  /** An empty model of an operator set. */
  public OnnxNet(int opset) {
    this.opset = opset;
  }

  /** Adds an input and what to feed. */
  public OnnxNet in(String name, Tensor sample) {
    inputs.put(name, Value.of(sample));
    return this;
  }

  /** Adds an input of a vector of texts. */
  public OnnxNet in(String name, String... texts) {
    inputs.put(name, Value.texts(texts));
    return this;
  }

  /** Adds an input whose dimensions are declared always, since an importer has to know them. */
  public OnnxNet fixed(String name, Tensor sample) {
    fixed.add(name);
    return in(name, sample);
  }

  /** Adds an initializer. */
  public OnnxNet constant(String name, Tensor value) {
    constants.put(name, value);
    return this;
  }

  /** Adds a node: {@code "Concat(a,b) -> y"}, with the domain in front if it is not ONNX's own. */
  public OnnxNet node(String text, Object... attributes) {
    String[] sides = text.split(" -> ", -1);
    int open = sides[0].indexOf('(');
    String op = sides[0].substring(0, open);
    String arguments = sides[0].substring(open + 1, sides[0].length() - 1);
    NodeProto.Builder n = NodeProto.newBuilder();
    int colon = op.lastIndexOf(':');
    n.setDomain(colon < 0 ? "" : op.substring(0, colon)).setOpType(op.substring(colon + 1));
    if (!arguments.isEmpty()) {
      n.addAllInput(Arrays.asList(arguments.split(",", -1)));
    }
    n.addAllOutput(Arrays.asList(sides[1].split(",", -1)));
    n.setName("n" + nodes.size());
    for (int i = 0; i < attributes.length; i += 2) {
      n.addAttribute(attribute((String) attributes[i], attributes[i + 1]));
    }
    nodes.add(n.build());
    return this;
  }

  private static AttributeProto attribute(String name, Object value) {
    AttributeProto.Builder a = AttributeProto.newBuilder().setName(name);
    if (value instanceof Number n && !(value instanceof Float)) {
      a.setType(AttributeProto.AttributeType.INT).setI(n.longValue());
    } else if (value instanceof Float f) {
      a.setType(AttributeProto.AttributeType.FLOAT).setF(f);
    } else if (value instanceof String s) {
      a.setType(AttributeProto.AttributeType.STRING).setS(ByteString.copyFromUtf8(s));
    } else if (value instanceof long[] l) {
      a.setType(AttributeProto.AttributeType.INTS);
      Arrays.stream(l).forEach(a::addInts);
    } else if (value instanceof float[] f) {
      a.setType(AttributeProto.AttributeType.FLOATS);
      for (float v : f) {
        a.addFloats(v);
      }
    } else if (value instanceof String[] s) {
      a.setType(AttributeProto.AttributeType.STRINGS);
      Arrays.stream(s).forEach(t -> a.addStrings(ByteString.copyFromUtf8(t)));
    } else if (value instanceof GraphProto g) {
      a.setType(AttributeProto.AttributeType.GRAPH).setG(g);
    } else {
      a.setType(AttributeProto.AttributeType.TENSOR).setT(proto("", (Tensor) value));
    }
    return a.build();
  }

  private static TensorProto proto(String name, Tensor t) {
    TensorProto.Builder out =
        TensorProto.newBuilder().setName(name).setDataType(t.type().onnxNumber());
    Arrays.stream(t.shape()).forEach(out::addDims);
    return out.setRawData(ByteString.copyFrom(t.data())).build();
  }

  /** Adds an output. */
  public OnnxNet out(String name, ElementType type) {
    outputs.put(name, type);
    return this;
  }

  /** Another bound on the difference; the caller says why. */
  public OnnxNet within(double value) {
    tolerance = value;
    return this;
  }

  /**
   * The model.
   *
   * @param free true to leave all dimensions of the inputs open
   */
  public OnnxModel model(boolean free) {
    GraphProto g = graph(free);
    ModelProto.Builder m = ModelProto.newBuilder().setIrVersion(IR).setGraph(g);
    m.addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(opset));
    nodes.stream()
        .map(NodeProto::getDomain)
        .filter(d -> !d.isEmpty())
        .distinct()
        .forEach(
            d ->
                m.addOpsetImport(
                    OperatorSetIdProto.newBuilder()
                        .setDomain(d)
                        .setVersion(d.equals("ai.onnx.ml") ? 4 : 1)));
    return OnnxModel.read(m.build().toByteArray(), "net");
  }

  /** The graph alone, to stand inside of a node. */
  public GraphProto graph() {
    return graph(false);
  }

  private GraphProto graph(boolean free) {
    GraphProto.Builder g = GraphProto.newBuilder().setName("net").addAllNode(nodes);
    inputs.forEach((name, v) -> g.addInput(info(name, v, free && !fixed.contains(name))));
    constants.forEach((name, t) -> g.addInitializer(proto(name, t)));
    outputs.forEach(
        (name, type) ->
            g.addOutput(
                ValueInfoProto.newBuilder()
                    .setName(name)
                    .setType(
                        TypeProto.newBuilder()
                            .setTensorType(
                                TypeProto.Tensor.newBuilder().setElemType(type.onnxNumber())))));
    return g.build();
  }

  private static ValueInfoProto info(String name, Value v, boolean free) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (int i = 0; i < v.shape().size(); i++) {
      TensorShapeProto.Dimension.Builder d = TensorShapeProto.Dimension.newBuilder();
      shape.addDim(free ? d.setDimParam(name + i) : d.setDimValue(v.shape().get(i)));
    }
    ElementType type = ElementType.ofTf(v.type().getNumber());
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(
                    TypeProto.Tensor.newBuilder().setElemType(type.onnxNumber()).setShape(shape)))
        .build();
  }

  /**
   * Compares TensorFlow with ONNX Runtime, with the inputs' dimensions declared and with open ones.
   *
   * @return the imported model with declared dimensions
   */
  public TfModel check() {
    return expect(fromOnnxRuntime());
  }

  /** Compares TensorFlow with given results, likewise: name, tensor, name, tensor. */
  public TfModel expect(Object... namesAndTensors) {
    Map<String, Value> wanted = new LinkedHashMap<>();
    for (int i = 0; i < namesAndTensors.length; i += 2) {
      Object value = namesAndTensors[i + 1];
      wanted.put(
          (String) namesAndTensors[i],
          value instanceof Tensor t ? Value.of(t) : Value.texts((String[]) value));
    }
    return expect(wanted);
  }

  /** Compares TensorFlow with ONNX Runtime with the inputs' dimensions declared alone. */
  public TfModel checkDeclared() {
    TfModel declared = OnnxToTf.convert(model(false), ImportOptions.defaults());
    compare("declared dimensions", declared, fromOnnxRuntime());
    return declared;
  }

  private Map<String, Value> fromOnnxRuntime() {
    Map<String, Tensor> feeds = new LinkedHashMap<>();
    inputs.forEach((name, v) -> feeds.put(name, v.tensor()));
    Map<String, Value> wanted = new LinkedHashMap<>();
    Ort.run(model(false), feeds).forEach((name, t) -> wanted.put(name, Value.of(t)));
    return wanted;
  }

  private TfModel expect(Map<String, Value> wanted) {
    TfModel declared = OnnxToTf.convert(model(false), ImportOptions.defaults());
    compare("declared dimensions", declared, wanted);
    compare("open dimensions", OnnxToTf.convert(model(true), ImportOptions.defaults()), wanted);
    return declared;
  }

  private void compare(String how, TfModel tf, Map<String, Value> wanted) {
    Map<String, Value> got = TfRun.run(tf.graph(), inputs);
    assertEquals(wanted.keySet(), got.keySet());
    wanted.forEach(
        (name, w) ->
            assertEquals("", got.get(name).difference(w, tolerance, tolerance), name + ", " + how));
    for (TensorSpec s : tf.outputs()) {
      checkShape(s, got.get(s.name()));
    }
  }

  /** The shape that the importer worked out must fit what came out. */
  private static void checkShape(TensorSpec spec, Value got) {
    if (spec.shape() == null) {
      return;
    }
    assertEquals(spec.shape().size(), got.shape().size(), spec + " but got " + got.shape());
    for (int i = 0; i < got.shape().size(); i++) {
      long declared = spec.shape().get(i);
      if (declared >= 0) {
        assertEquals(declared, got.shape().get(i), spec + " but got " + got.shape());
      }
    }
  }

  /** One of TensorFlow's results alone, dimensions declared. */
  public Tensor runTensorFlow(String output) {
    TfModel tf = OnnxToTf.convert(model(false), ImportOptions.defaults());
    return TfRun.run(tf.graph(), inputs).get(output).tensor();
  }
}
