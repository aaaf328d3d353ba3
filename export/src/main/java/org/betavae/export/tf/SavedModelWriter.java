package org.betavae.export.tf;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;
import org.betavae.export.TensorSpec;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.CollectionDef;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.SavedModel;
import org.tensorflow.proto.SaverDef;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;
import org.tensorflow.proto.VariableDef;

/**
 * Writes a SavedModel with one signature, {@code serving_default}.
 *
 * <p>Variables are resources ({@code VarHandleOp}), as in every model of TensorFlow 2: its Python
 * loader lists and trains only these. TensorFlow Java leaves resources out of what it exports
 * itself unless the model brings a saver, so this one does: a model loaded in Java, trained and
 * exported again keeps them. The collections say which are trainable.
 */
public final class SavedModelWriter {
  private static final String SIGNATURE = "serving_default";
  private static final String SERVE = "serve";
  private static final String METHOD = "tensorflow/serving/predict";

  /** The release whose operators and formats are used. */
  private static final String TENSORFLOW = "2.18.0";

  private static final int SCHEMA = 1;

  private final TfGraph graph;
  private final GraphDefWriter writer;

  private SavedModelWriter(TfGraph graph, boolean frozen) {
    this.graph = graph;
    this.writer = GraphDefWriter.of(graph, frozen);
  }

  /**
   * Writes the files of a model into an empty folder.
   *
   * @param frozen true to make constants of the variables
   * @throws org.betavae.export.ConversionException if the graph cannot be written
   */
  public static void write(TfGraph graph, Path folder, boolean frozen) throws IOException {
    SavedModelWriter writer = new SavedModelWriter(graph, frozen);
    SavedModel model = writer.model();
    Path variables = Files.createDirectory(folder.resolve("variables"));
    Map<String, Tensor> values = new LinkedHashMap<>();
    writer.writer.variables().forEach(v -> values.put(v.name(), v.node().value()));
    if (!values.isEmpty()) {
      CheckpointWriter.write(variables.resolve("variables"), values);
    }
    try (OutputStream out =
        new BufferedOutputStream(Files.newOutputStream(folder.resolve("saved_model.pb")))) {
      CodedOutputStream coded = CodedOutputStream.newInstance(out);
      coded.useDeterministicSerialization();
      model.writeTo(coded);
      coded.flush();
    }
  }

  private SavedModel model() {
    MetaGraphDef.Builder meta = MetaGraphDef.newBuilder();
    meta.getMetaInfoDefBuilder()
        .addTags(SERVE)
        .setTensorflowVersion(TENSORFLOW)
        .setStrippedDefaultAttrs(true);
    if (graph.origin() != null) {
      meta.getMetaInfoDefBuilder().setAnyInfo(OriginCodec.write(graph.origin()));
    }
    if (!writer.variables().isEmpty()) {
      collections(meta);
      meta.setSaverDef(saver());
    }
    meta.putSignatureDef(SIGNATURE, signature());
    meta.setGraphDef(writer.graph());
    return SavedModel.newBuilder().setSavedModelSchemaVersion(SCHEMA).addMetaGraphs(meta).build();
  }

  private SignatureDef signature() {
    SignatureDef.Builder signature = SignatureDef.newBuilder().setMethodName(METHOD);
    Map<String, String> inputs = writer.inputs();
    for (TfGraph.Input in : graph.inputs()) {
      signature.putInputs(in.spec().name(), info(in.spec(), inputs.get(in.spec().name())));
    }
    Map<String, String> outputs = writer.outputs();
    for (TfGraph.Output o : graph.outputs()) {
      signature.putOutputs(o.spec().name(), info(o.spec(), outputs.get(o.spec().name())));
    }
    return signature.build();
  }

  private static TensorInfo info(TensorSpec spec, String tensor) {
    return TensorInfo.newBuilder()
        .setName(tensor)
        .setDtype(GraphDefWriter.type(spec.type()))
        .setTensorShape(GraphDefWriter.shape(spec.shape()))
        .build();
  }

  /** Says which variables there are and which are trainable, as TensorFlow's loaders look it up. */
  private void collections(MetaGraphDef.Builder meta) {
    CollectionDef.Builder all = CollectionDef.newBuilder();
    CollectionDef.Builder trainable = CollectionDef.newBuilder();
    for (GraphDefWriter.Variable v : writer.variables()) {
      boolean trained = v.node().variable() == TfNode.Variable.TRAINABLE;
      ByteString definition = definition(v, trained);
      all.getBytesListBuilder().addValue(definition);
      if (trained) {
        trainable.getBytesListBuilder().addValue(definition);
      }
    }
    meta.putCollectionDef("variables", all.build());
    if (trainable.getBytesList().getValueCount() > 0) {
      meta.putCollectionDef("trainable_variables", trainable.build());
    }
  }

  private ByteString definition(GraphDefWriter.Variable v, boolean trained) {
    String zeros = zeros(v);
    String assign = writer.names().free(v.name() + "/Assign");
    writer
        .graph()
        .addNode(
            node("AssignVariableOp", assign, v.name(), zeros)
                .putAttr("dtype", GraphDefWriter.type(v.type())));
    return VariableDef.newBuilder()
        .setVariableName(v.name() + ":0")
        .setInitialValueName(zeros + ":0")
        .setInitializerName(assign)
        .setSnapshotName(v.read() + ":0")
        .setIsResource(true)
        .setTrainable(trained)
        .build()
        .toByteString();
  }

  /** What TensorFlow's form asks for as a first value; loading a model never runs it. */
  private String zeros(GraphDefWriter.Variable v) {
    String scope = v.name() + "/Initializer/zeros";
    Tensor all = v.node().value();
    if (all.type().isStoredOnly()) { // which Fill has no kernel for
      String zeros = writer.names().free(scope);
      ByteBuffer bytes = ByteBuffer.allocate(all.size());
      writer
          .graph()
          .addNode(GraphDefWriter.constant(zeros, Tensor.of(all.type(), all.shape(), bytes)));
      return zeros;
    }
    String shape = writer.names().free(scope + "/shape_as_tensor");
    String value = writer.names().free(scope + "/Const");
    String fill = writer.names().free(scope);
    Tensor t = v.node().value();
    Tensor dims = Tensor.ofLongs(ElementType.INT64, new long[] {t.rank()}, t::dim);
    writer.graph().addNode(GraphDefWriter.constant(shape, dims));
    Tensor zero = Tensor.of(t.type(), new long[0], ByteBuffer.allocate(t.type().bytes()));
    writer.graph().addNode(GraphDefWriter.constant(value, zero));
    writer
        .graph()
        .addNode(
            node("Fill", fill, shape, value)
                .putAttr("T", GraphDefWriter.type(v.type()))
                .putAttr("index_type", GraphDefWriter.type(DataType.DT_INT64)));
    return fill;
  }

  private SaverDef saver() {
    String scope = writer.names().free("save");
    List<GraphDefWriter.Variable> all = writer.variables();
    String file = add(texts(scope + "/Const", true, List.of("model")));
    List<String> names = all.stream().map(GraphDefWriter.Variable::name).toList();
    List<String> slices = all.stream().map(v -> "").toList();
    AttrValue types = types(all);
    NodeDef.Builder save =
        node(
            "SaveV2",
            scope + "/SaveV2",
            file,
            add(texts(scope + "/SaveV2/tensor_names", false, names)),
            add(texts(scope + "/SaveV2/shape_and_slices", false, slices)));
    all.forEach(v -> save.addInput(v.read()));
    String saved = add(save.putAttr("dtypes", types));
    String done =
        add(
            node("Identity", scope + "/control_dependency", file, "^" + saved)
                .putAttr("T", GraphDefWriter.type(DataType.DT_STRING)));
    String restore =
        add(
            node(
                    "RestoreV2",
                    scope + "/RestoreV2",
                    file,
                    add(texts(scope + "/RestoreV2/tensor_names", false, names)),
                    add(texts(scope + "/RestoreV2/shape_and_slices", false, slices)))
                .putAttr("dtypes", types));
    NodeDef.Builder restored = node("NoOp", scope + "/restore_all");
    for (int i = 0; i < all.size(); i++) {
      String value = i == 0 ? restore : restore + ":" + i;
      restored.addInput("^" + assign(scope + "/AssignVariableOp_" + i, all.get(i), value));
    }
    return SaverDef.newBuilder()
        .setFilenameTensorName(file + ":0")
        .setSaveTensorName(done + ":0")
        .setRestoreOpName(add(restored))
        .setMaxToKeep(5)
        .setKeepCheckpointEveryNHours(10_000)
        .setVersion(SaverDef.CheckpointFormatVersion.V2)
        .build();
  }

  private String assign(String wanted, GraphDefWriter.Variable v, String value) {
    return add(
        node("AssignVariableOp", wanted, v.name(), value)
            .putAttr("dtype", GraphDefWriter.type(v.type())));
  }

  private String add(NodeDef.Builder node) {
    node.setName(writer.names().free(node.getName()));
    writer.graph().addNode(node);
    return node.getName();
  }

  private static NodeDef.Builder node(String op, String name, String... inputs) {
    return NodeDef.newBuilder().setOp(op).setName(name).addAllInput(List.of(inputs));
  }

  private static AttrValue types(List<GraphDefWriter.Variable> all) {
    AttrValue.ListValue.Builder types = AttrValue.ListValue.newBuilder();
    all.forEach(v -> types.addType(v.type()));
    return AttrValue.newBuilder().setList(types).build();
  }

  private static NodeDef.Builder texts(String name, boolean scalar, List<String> values) {
    TensorProto.Builder t = TensorProto.newBuilder().setDtype(DataType.DT_STRING);
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    if (!scalar) {
      shape.addDim(TensorShapeProto.Dim.newBuilder().setSize(values.size()));
    }
    t.setTensorShape(shape);
    values.forEach(v -> t.addStringVal(ByteString.copyFromUtf8(v)));
    return node("Const", name)
        .putAttr("dtype", GraphDefWriter.type(DataType.DT_STRING))
        .putAttr("value", AttrValue.newBuilder().setTensor(t).build());
  }
}
