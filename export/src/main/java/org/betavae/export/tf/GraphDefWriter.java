package org.betavae.export.tf;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.betavae.export.ConversionException;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;
import org.tensorflow.proto.VersionDef;

/**
 * Writes a flat graph as TensorFlow's {@code GraphDef}; what is inside of loops and branches
 * becomes functions. The same graph gives the same bytes.
 */
public final class GraphDefWriter {
  /** What TensorFlow 2.18 writes; older readers refuse it only below a minimum that is not set. */
  private static final int PRODUCER = 1994;

  /** A message of protobuf holds less than 2 GB; this much is left for the rest of the graph. */
  private static final long LARGEST_CONSTANTS = Integer.MAX_VALUE - (1L << 26);

  /**
   * A graph and how to run it.
   *
   * @param graph to be imported by TensorFlow
   * @param inputs tensors to feed, {@code "node:0"}, by the names of the inputs
   * @param outputs tensors to fetch by the names of the outputs
   */
  public record Frozen(GraphDef graph, Map<String, String> inputs, Map<String, String> outputs) {}

  /**
   * A variable of the graph.
   *
   * @param name of the node that holds it
   * @param node with its value and kind
   * @param read tensor that gives its value
   */
  record Variable(String name, TfNode node, String read) {
    /** Element type. */
    DataType type() {
      return DataType.forNumber(node.value().type().tfNumber());
    }
  }

  private final TfGraph graph;
  private final boolean frozen;
  private final GraphDef.Builder out = GraphDef.newBuilder();
  private final NodeNames names = new NodeNames();
  private final Map<TfNode, String> main = new LinkedHashMap<>();
  private final Map<TfNode, Variable> variables = new LinkedHashMap<>();
  private final Map<String, String> fetches = new TreeMap<>();
  private final ControlFlowWriter flow;

  private GraphDefWriter(TfGraph graph, boolean frozen) {
    this.graph = graph;
    this.frozen = frozen;
    this.flow = new ControlFlowWriter(out.getLibraryBuilder());
  }

  /**
   * Writes a graph whose variables are constants.
   *
   * @throws ConversionException if the graph cannot be written, or holds 2 GB and more
   */
  public static Frozen frozen(TfGraph graph) {
    GraphDefWriter writer = of(graph, true);
    return new Frozen(writer.out.build(), writer.inputs(), writer.outputs());
  }

  /**
   * Writes a graph whose variables are resources, to which the caller adds nodes to restore them.
   *
   * @param frozen true to make constants of the variables
   */
  static GraphDefWriter of(TfGraph graph, boolean frozen) {
    GraphDefWriter writer = new GraphDefWriter(graph, frozen);
    writer.write();
    return writer;
  }

  /** The graph so far, to add to. */
  GraphDef.Builder graph() {
    return out;
  }

  /** Names that are not taken yet. */
  NodeNames names() {
    return names;
  }

  /** The variables in the order of the graph. */
  List<Variable> variables() {
    return frozen ? List.of() : List.copyOf(variables.values());
  }

  /** Tensors to feed by the names of the inputs. */
  Map<String, String> inputs() {
    Map<String, String> in = new TreeMap<>();
    graph.inputs().forEach(i -> in.put(i.spec().name(), main.get(i.node()) + ":0"));
    return in;
  }

  /** Tensors to fetch by the names of the outputs. */
  Map<String, String> outputs() {
    return Collections.unmodifiableMap(fetches);
  }

  private void addOutput(TfGraph.Output o) {
    String reference = reference(o.value());
    if (o.value().node().op().equals(TfNode.INPUT)) {
      // TensorFlow refuses to fetch what is fed.
      String name = names.free(o.spec().name() + "/Identity");
      out.addNode(
          NodeDef.newBuilder()
              .setName(name)
              .setOp("Identity")
              .addInput(reference)
              .putAttr("T", type(flow.type(o.value()))));
      reference = name;
    }
    fetches.put(o.spec().name(), reference.contains(":") ? reference : reference + ":0");
  }

  private void write() {
    checkConstants();
    out.setVersions(VersionDef.newBuilder().setProducer(PRODUCER));
    graph.inputs().forEach(in -> main.put(in.node(), names.free(in.node().name())));
    graph.nodes().forEach(n -> main.computeIfAbsent(n, k -> names.free(k.name())));
    graph.forEachNode(
        n -> {
          if (n.variable() != TfNode.Variable.NONE) {
            main.computeIfAbsent(n, k -> names.free(k.name()));
          }
        });
    graph.inputs().forEach(this::placeholder);
    main.forEach((n, name) -> variable(n, name));
    for (TfNode n : graph.nodes()) {
      boolean made = n.variable() != TfNode.Variable.NONE || n.op().equals(TfNode.INPUT);
      if (!made) {
        out.addNode(flow.node(n, main.get(n), this::reference));
      }
    }
    graph.outputs().forEach(this::addOutput);
  }

  private void placeholder(TfGraph.Input in) {
    DataType type = type(in);
    flow.setType(in.node(), type);
    out.addNode(
        NodeDef.newBuilder()
            .setName(main.get(in.node()))
            .setOp(TfNode.INPUT)
            .putAttr("dtype", type(type))
            .putAttr("shape", AttrValue.newBuilder().setShape(shape(in.spec().shape())).build()));
  }

  /** The element type of an input, shared with ONNX or not. */
  static DataType type(TfGraph.Input in) {
    return type(in.spec().type());
  }

  /** TensorFlow's type for a name as {@code TensorSpec} has it. */
  static DataType type(String name) {
    for (ElementType t : ElementType.values()) {
      if (t.numpyName().equals(name)) {
        return DataType.forNumber(t.tfNumber());
      }
    }
    return DataType.valueOf(name.toUpperCase(Locale.ROOT));
  }

  private void variable(TfNode n, String name) {
    if (n.variable() == TfNode.Variable.NONE) {
      return;
    }
    if (frozen) {
      out.addNode(constant(name, n.value()));
      variables.put(n, new Variable(name, n, name));
      return;
    }
    String read = names.free(name + "/Read/ReadVariableOp");
    Variable v = new Variable(name, n, read);
    AttrValue shared = AttrValue.newBuilder().setS(ByteString.copyFromUtf8(name)).build();
    out.addNode(
        NodeDef.newBuilder()
            .setName(name)
            .setOp("VarHandleOp")
            .putAttr("dtype", type(v.type()))
            .putAttr("shape", AttrValue.newBuilder().setShape(shape(n.value())).build())
            .putAttr("shared_name", shared));
    out.addNode(
        NodeDef.newBuilder()
            .setName(read)
            .setOp("ReadVariableOp")
            .addInput(name)
            .putAttr("dtype", type(v.type())));
    variables.put(n, v);
  }

  private String reference(TfOutput o) {
    Variable v = variables.get(o.node());
    String name = v == null ? main.get(o.node()) : v.read();
    if (name == null) {
      throw new ConversionException(
          "Cannot write the graph: an output or node reads "
              + o.node()
              + ", which is not part of the graph, expected nodes of the graph alone. Add it.");
    }
    int index = flow.index(o);
    return index == 0 ? name : name + ":" + index;
  }

  private void checkConstants() {
    long[] bytes = {0};
    graph.forEachNode(
        n -> {
          boolean inside = n.value() != null && (frozen || n.variable() == TfNode.Variable.NONE);
          bytes[0] += inside ? (long) n.value().size() * n.value().type().bytes() : 0;
        });
    if (bytes[0] > LARGEST_CONSTANTS) {
      throw new ConversionException(
          "Cannot write the graph: its constants have "
              + bytes[0]
              + " bytes, expected at most "
              + LARGEST_CONSTANTS
              + ", which one message of protobuf holds. Keep the weights as variables.");
    }
  }

  /** A node that holds a value. */
  static NodeDef constant(String name, Tensor value) {
    TensorProto content =
        TensorProto.newBuilder()
            .setDtype(DataType.forNumber(value.type().tfNumber()))
            .setTensorShape(shape(value))
            .setTensorContent(UnsafeByteOperations.unsafeWrap(value.data()))
            .build();
    return NodeDef.newBuilder()
        .setName(name)
        .setOp(TfNode.CONST)
        .putAttr("dtype", type(content.getDtype()))
        .putAttr("value", AttrValue.newBuilder().setTensor(content).build())
        .build();
  }

  /** An attribute that is a type. */
  static AttrValue type(DataType type) {
    return AttrValue.newBuilder().setType(type).build();
  }

  /** The shape of a value. */
  static TensorShapeProto shape(Tensor value) {
    List<Long> dims = new ArrayList<>();
    for (long d : value.shape()) {
      dims.add(d);
    }
    return shape(dims);
  }

  /** A shape with -1 for free dimensions, or null for one that is not known. */
  static TensorShapeProto shape(List<Long> dims) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    if (dims == null) {
      return shape.setUnknownRank(true).build();
    }
    dims.forEach(d -> shape.addDim(TensorShapeProto.Dim.newBuilder().setSize(d)));
    return shape.build();
  }
}
