package org.betavae.export;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.tf.GraphDefWriter;
import org.betavae.export.tf.TfGraph;
import org.tensorflow.Graph;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.types.TString;

/**
 * Runs a flat graph in TensorFlow on inputs of any type. TensorFlow Java has no classes for int8,
 * int16, uint32 and others, so inputs are put in as constants, and such outputs are fetched as
 * bytes.
 */
final class TfRun {
  /** Types that TensorFlow Java can fetch. */
  private static final Set<DataType> FETCHED =
      Set.of(
          DataType.DT_FLOAT,
          DataType.DT_DOUBLE,
          DataType.DT_HALF,
          DataType.DT_BFLOAT16,
          DataType.DT_INT32,
          DataType.DT_INT64,
          DataType.DT_UINT8,
          DataType.DT_UINT16,
          DataType.DT_BOOL,
          DataType.DT_STRING);

  private TfRun() {}

  /** All outputs by name. */
  static Map<String, Value> run(TfGraph graph, Map<String, Value> inputs) {
    GraphDefWriter.Frozen frozen = GraphDefWriter.frozen(graph);
    try (Graph g = new Graph()) {
      g.importGraphDef(withInputs(frozen, inputs));
      Map<String, Output<?>> fetches = new LinkedHashMap<>();
      frozen.outputs().forEach((name, tensor) -> fetches.put(name, output(g, tensor)));
      try (Session session = new Session(g)) {
        Session.Runner runner = session.runner();
        // TensorFlow Java refuses to fetch one tensor twice.
        List<Output<?>> distinct = fetches.values().stream().distinct().toList();
        distinct.forEach(o -> runner.fetch(asFetched(g, o)));
        Map<String, Value> out = new LinkedHashMap<>();
        try (Result result = runner.run()) {
          for (Map.Entry<String, Output<?>> e : fetches.entrySet()) {
            int i = distinct.indexOf(e.getValue());
            out.put(e.getKey(), value(result.get(i), type(e.getValue())));
          }
        }
        return out;
      }
    }
  }

  private static GraphDef withInputs(GraphDefWriter.Frozen frozen, Map<String, Value> inputs) {
    Map<String, Value> byNode = new LinkedHashMap<>();
    frozen
        .inputs()
        .forEach(
            (name, tensor) ->
                byNode.put(tensor.substring(0, tensor.length() - 2), inputs.get(name)));
    GraphDef.Builder out = frozen.graph().toBuilder().clearNode();
    for (NodeDef n : frozen.graph().getNodeList()) {
      Value value = byNode.get(n.getName());
      out.addNode(value == null ? n : constant(n.getName(), value));
    }
    return out.build();
  }

  private static NodeDef constant(String name, Value value) {
    return NodeDef.newBuilder()
        .setName(name)
        .setOp("Const")
        .putAttr("dtype", AttrValue.newBuilder().setType(value.type()).build())
        .putAttr("value", AttrValue.newBuilder().setTensor(value.proto()).build())
        .build();
  }

  private static Output<?> output(Graph g, String tensor) {
    int colon = tensor.lastIndexOf(':');
    return g.operation(tensor.substring(0, colon))
        .output(Integer.parseInt(tensor.substring(colon + 1)));
  }

  private static DataType type(Output<?> o) {
    return o.dataType();
  }

  private static Output<?> asFetched(Graph g, Output<?> o) {
    if (FETCHED.contains(type(o))) {
      return o;
    }
    if (isSmall(type(o))) {
      boolean halfByte = ElementType.ofTf(type(o).getNumber()).isHalfByte();
      return g.opBuilder("Cast", "fetch/" + o.op().name() + "/" + o.index(), g.baseScope())
          .addInput(o)
          .setAttr("DstT", halfByte ? DataType.DT_INT32 : DataType.DT_FLOAT)
          .build()
          .output(0);
    }
    return g.opBuilder("Bitcast", "fetch/" + o.op().name() + "/" + o.index(), g.baseScope())
        .addInput(o)
        .setAttr("type", DataType.DT_UINT8)
        .build()
        .output(0);
  }

  private static boolean isSmall(DataType type) {
    ElementType element = ElementType.ofTf(type.getNumber());
    return element != null && element.isStoredOnly();
  }

  private static Value value(org.tensorflow.Tensor t, DataType type) {
    List<Long> shape = new ArrayList<>(Arrays.stream(t.shape().asArray()).boxed().toList());
    if (t instanceof TString texts) {
      List<ByteString> all = new ArrayList<>();
      texts.asBytes().scalars().forEach(s -> all.add(ByteString.copyFrom(s.getObject())));
      return new Value(type, shape, ByteString.EMPTY, all);
    }
    byte[] bytes = new byte[Math.toIntExact(t.numBytes())];
    t.asRawTensor().data().read(bytes);
    ElementType element = ElementType.ofTf(type.getNumber());
    if (isSmall(type)) {
      Tensor numbers = TfTensors.copy(t);
      byte[] codes = new byte[numbers.size()];
      for (int i = 0; i < codes.length; i++) {
        codes[i] = SmallTypes.encode(element, (float) numbers.doubleAt(i));
      }
      return new Value(type, shape, ByteString.copyFrom(codes), List.of());
    }
    if (!FETCHED.contains(type) && element.bytes() > 1) {
      shape.remove(shape.size() - 1);
    }
    return new Value(type, shape, ByteString.copyFrom(bytes), List.of());
  }
}
