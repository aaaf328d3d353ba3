package org.betavae.export;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.Graph;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NameAttrList;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.OpDef;
import org.tensorflow.proto.TensorShapeProto;

/**
 * A TensorFlow graph with functions, put together node by node: loops and branches cannot be made
 * through TensorFlow Java's own operations. Runs in both runtimes to compare.
 */
public final class FlowGraph {
  /** Both runtimes compute in float32 with sums in another order; values are around 1. */
  private static final double TOLERANCE = 2e-5;

  private static final int[] OPSETS = {13, 21, 17};

  /** The number types that the tests use. */
  public static final DataType FLOAT = DataType.DT_FLOAT;

  public static final DataType INT = DataType.DT_INT32;

  /** A handle of a list. */
  public static final DataType VARIANT = DataType.DT_VARIANT;

  /** Nodes of the main graph or of a function; values are named by references. */
  public static class Body {
    final List<NodeDef> nodes = new ArrayList<>();
    private final boolean inFunction;
    private int count;

    Body(boolean inFunction) {
      this.inFunction = inFunction;
    }

    /**
     * Adds a node.
     *
     * @param output name of its first output in TensorFlow's registry
     * @return reference to that output
     */
    public String op(String op, String output, Map<String, ?> attributes, String... inputs) {
      String name = op + "_" + count++;
      node(op, name, attributes, inputs);
      return name + ":" + (inFunction ? output + ":0" : "0");
    }

    /** Adds a node of a name, to which earlier nodes may refer. */
    public String node(String op, String name, Map<String, ?> attributes, String... inputs) {
      NodeDef.Builder n =
          NodeDef.newBuilder().setOp(op).setName(name).addAllInput(Arrays.asList(inputs));
      attributes.forEach((key, value) -> n.putAttr(key, attribute(value)));
      nodes.add(n.build());
      return name + ":0";
    }

    /** Another element of a list of outputs, or in the main graph another output. */
    public static String output(String reference, int i) {
      return reference.substring(0, reference.lastIndexOf(':') + 1) + i;
    }

    /** A constant. */
    public String constant(Tensor value) {
      return op("Const", "output", valueOf(value));
    }

    /** The attributes of a constant. */
    public static Map<String, Object> valueOf(Tensor value) {
      AttrValue v = SavedModelBuilder.constant("", value).getAttrMap().get("value");
      return Map.of("value", v, "dtype", DataType.forNumber(value.type().tfNumber()));
    }

    /** A whole number. */
    public String number(int value) {
      return constant(Tensor.scalar(ElementType.INT32, value));
    }

    /** f(x) or f(x, y) of float32. */
    public String floats(String op, String... inputs) {
      String out =
          switch (op) {
            case "MatMul" -> "product";
            case "Sigmoid", "Tanh", "Exp" -> "y";
            case "Relu" -> "activations";
            case "Sum" -> "output";
            default -> "z";
          };
      return op(op, out, Map.of("T", FLOAT), inputs);
    }

    /** f(x, y) of int32. */
    public String ints(String op, String... inputs) {
      return op(op, "z", Map.of("T", INT), inputs);
    }

    /** Reads element i of a list. */
    public String read(String list, String i, int... shape) {
      return op("TensorListGetItem", "item", Map.of("element_dtype", FLOAT), list, i, shape(shape));
    }

    /** A list with element i replaced. */
    public String write(String list, String i, String item) {
      return op(
          "TensorListSetItem", "output_handle", Map.of("element_dtype", FLOAT), list, i, item);
    }

    /** A list of a length, its elements' shape with -1 for what is not known. */
    public String reserve(String length, String shape) {
      return op(
          "TensorListReserve",
          "handle",
          Map.of("element_dtype", FLOAT, "shape_type", INT),
          shape,
          length);
    }

    /** The list of a tensor's parts. */
    public String list(String tensor, int... shape) {
      return op(
          "TensorListFromTensor",
          "output_handle",
          Map.of("element_dtype", FLOAT, "shape_type", INT),
          tensor,
          shape(shape));
    }

    /** A list as one tensor. */
    public String stack(String list, int... shape) {
      return op(
          "TensorListStack",
          "tensor",
          Map.of("element_dtype", FLOAT, "num_elements", -1),
          list,
          shape(shape));
    }

    /** A shape; no numbers give the unknown rank. */
    public String shape(int... dims) {
      return dims.length == 0
          ? number(-1)
          : constant(Tensor.ofLongs(ElementType.INT32, new long[] {dims.length}, i -> dims[i]));
    }

    private static AttrValue attribute(Object value) {
      AttrValue.Builder a = AttrValue.newBuilder();
      if (value instanceof AttrValue v) {
        return v;
      } else if (value instanceof DataType t) {
        a.setType(t);
      } else if (value instanceof Integer i) {
        a.setI(i);
      } else if (value instanceof Boolean b) {
        a.setB(b);
      } else if (value instanceof String f) {
        a.setFunc(NameAttrList.newBuilder().setName(f));
      } else if (value instanceof DataType[] types) {
        a.getListBuilder().addAllType(Arrays.asList(types));
      } else if (value instanceof String[] functions) {
        for (String f : functions) {
          a.getListBuilder().addFunc(NameAttrList.newBuilder().setName(f));
        }
      } else {
        throw new IllegalArgumentException("attribute is a " + value.getClass());
      }
      return a.build();
    }
  }

  /** A function of the graph's library. */
  public static final class Function extends Body {
    private final OpDef.Builder signature;
    private final Map<String, String> results = new LinkedHashMap<>();

    Function(String name) {
      super(true);
      signature = OpDef.newBuilder().setName(name);
    }

    /** Adds an argument and gives its reference. */
    public String in(DataType type) {
      String name = "arg" + signature.getInputArgCount();
      signature.addInputArg(OpDef.ArgDef.newBuilder().setName(name).setType(type));
      return name;
    }

    /** Adds a result. */
    public Function result(String reference, DataType type) {
      String name = "result" + signature.getOutputArgCount();
      signature.addOutputArg(OpDef.ArgDef.newBuilder().setName(name).setType(type));
      // TensorFlow takes no argument as a result, so one is passed on.
      boolean argument = !reference.contains(":");
      results.put(
          name, argument ? op("Identity", "output", Map.of("T", type), reference) : reference);
      return this;
    }

    FunctionDef build() {
      return FunctionDef.newBuilder()
          .setSignature(signature)
          .putAllRet(results)
          .addAllNodeDef(nodes)
          .build();
    }
  }

  private final Body main = new Body(false);
  private final List<Function> functions = new ArrayList<>();
  private final Map<String, List<Tensor>> inputs = new LinkedHashMap<>();
  private final Map<String, String> outputs = new LinkedHashMap<>();

  /** The main graph. */
  public Body main() {
    return main;
  }

  /** Adds a function. */
  public Function function(String name) {
    Function f = new Function(name);
    functions.add(f);
    return f;
  }

  /** Adds an input with the values to compare on; -1 for free dimensions. */
  public String input(String name, List<Tensor> samples, long... shape) {
    inputs.put(name, samples);
    TensorShapeProto.Builder dims = TensorShapeProto.newBuilder();
    for (long d : shape) {
      dims.addDim(TensorShapeProto.Dim.newBuilder().setSize(d));
    }
    AttrValue type = AttrValue.newBuilder().setTypeValue(samples.get(0).type().tfNumber()).build();
    main.nodes.add(
        NodeDef.newBuilder()
            .setOp("Placeholder")
            .setName(name)
            .putAttr("dtype", type)
            .putAttr("shape", AttrValue.newBuilder().setShape(dims).build())
            .build());
    return name + ":0";
  }

  /** Adds an output. */
  public FlowGraph output(String name, String reference) {
    outputs.put(name, reference);
    return this;
  }

  /** Adds a While of functions; gives the reference to its first output. */
  public static String loop(
      Body body, String condition, String step, DataType[] types, String... begin) {
    return body.op(
        "StatelessWhile",
        "output",
        Map.of("cond", condition, "body", step, "T", types, "parallel_iterations", 10),
        begin);
  }

  /** The graph as it stands in a file. */
  public GraphDef proto() {
    GraphDef.Builder g = GraphDef.newBuilder().addAllNode(main.nodes);
    functions.forEach(f -> g.getLibraryBuilder().addFunction(f.build()));
    g.getVersionsBuilder().setProducer(1994);
    return g.build();
  }

  /** The model as read from a file. */
  public TfModel model() {
    try {
      Path file = Files.createTempFile("flow", ".pb");
      try {
        Files.write(file, proto().toByteArray());
        List<String> fetches = new ArrayList<>();
        outputs.forEach((name, reference) -> fetches.add(name + "=" + reference));
        return TfModel.ofGraphDef(file, List.copyOf(inputs.keySet()), fetches);
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Compares at operator sets 13, 21 and 17 on all samples, and gives the model of the last. */
  public OnnxModel check() {
    TfModel tf = model();
    OnnxModel model = null;
    for (int opset : OPSETS) {
      model = TfToOnnx.convert(tf, ConvertOptions.defaults().withOpset(opset));
      OnnxModel.read(model.toBytes(), "the converted model");
      int samples = inputs.values().iterator().next().size();
      for (int i = 0; i < samples; i++) {
        Map<String, Tensor> feeds = new LinkedHashMap<>();
        int at = i;
        inputs.forEach((name, values) -> feeds.put(name, values.get(at)));
        compare(model, tensorFlow(feeds), Ort.run(model, feeds));
      }
    }
    return model;
  }

  private void compare(OnnxModel model, Map<String, Tensor> wanted, Map<String, Tensor> got) {
    for (TensorSpec spec : model.outputs()) {
      Tensor w = wanted.get(spec.name());
      Tensor g = got.get(spec.name());
      assertEquals(w.type(), g.type(), spec.name());
      assertArrayEquals(w.shape(), g.shape(), spec.name());
      assertEquals(spec.type(), g.type().numpyName(), spec.name());
      for (int i = 0; spec.shape() != null && i < g.rank(); i++) {
        long declared = spec.shape().get(i);
        assertTrue(declared < 0 || declared == g.dim(i), () -> spec + " but got " + g);
      }
      for (int i = 0; i < w.size(); i++) {
        assertEquals(
            w.doubleAt(i),
            g.doubleAt(i),
            TOLERANCE * Math.max(1, Math.abs(w.doubleAt(i))),
            spec.name() + "[" + i + "]");
      }
    }
  }

  private Map<String, Tensor> tensorFlow(Map<String, Tensor> feeds) {
    List<org.tensorflow.Tensor> open = new ArrayList<>();
    try (Graph graph = new Graph()) {
      graph.importGraphDef(proto());
      try (Session session = new Session(graph)) {
        Session.Runner runner = session.runner();
        feeds.forEach(
            (name, value) -> {
              open.add(TfTensors.open(value));
              runner.feed(name, 0, open.get(open.size() - 1));
            });
        outputs.values().forEach(runner::fetch);
        Map<String, Tensor> results = new LinkedHashMap<>();
        try (Result result = runner.run()) {
          int i = 0;
          for (String name : outputs.keySet()) {
            results.put(name, TfTensors.copy(result.get(i++)));
          }
        }
        return results;
      }
    } finally {
      open.forEach(org.tensorflow.Tensor::close);
    }
  }
}
