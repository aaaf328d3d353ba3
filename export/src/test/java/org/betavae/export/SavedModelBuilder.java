package org.betavae.export;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NameAttrList;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.OpDef;
import org.tensorflow.proto.SavedModel;
import org.tensorflow.proto.SaverDef;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;

/**
 * Puts SavedModels of TensorFlow 2 together node by node, also those that TensorFlow would not
 * write.
 */
public final class SavedModelBuilder {
  private final GraphDef.Builder graph = GraphDef.newBuilder();
  private final Map<String, SignatureDef.Builder> signatures = new LinkedHashMap<>();
  private final Map<String, Tensor> variables = new LinkedHashMap<>();
  private String restore = "";
  private List<String> tags = List.of("serve");

  /** A node; inputs are references. */
  public static NodeDef node(
      String op, String name, Map<String, AttrValue> attributes, String... inputs) {
    return NodeDef.newBuilder()
        .setOp(op)
        .setName(name)
        .putAllAttr(attributes)
        .addAllInput(Arrays.asList(inputs))
        .build();
  }

  /** An attribute that names a function. */
  public static Map<String, AttrValue> calls(String function) {
    return Map.of(
        "f", AttrValue.newBuilder().setFunc(NameAttrList.newBuilder().setName(function)).build());
  }

  /** A constant. */
  public static NodeDef constant(String name, Tensor value) {
    TensorProto.Builder t =
        TensorProto.newBuilder()
            .setDtype(DataType.forNumber(value.type().tfNumber()))
            .setTensorShape(shape(value.shape()));
    t.setTensorContent(ByteString.copyFrom(value.data()));
    return node("Const", name, Map.of("value", AttrValue.newBuilder().setTensor(t).build()));
  }

  /** A constant of texts. */
  public static NodeDef texts(String name, String... values) {
    TensorProto.Builder t =
        TensorProto.newBuilder().setDtype(DataType.DT_STRING).setTensorShape(shape(values.length));
    for (String v : values) {
      t.addStringVal(ByteString.copyFromUtf8(v));
    }
    return node("Const", name, Map.of("value", AttrValue.newBuilder().setTensor(t).build()));
  }

  private static TensorShapeProto shape(long... dims) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (long d : dims) {
      shape.addDim(TensorShapeProto.Dim.newBuilder().setSize(d));
    }
    return shape.build();
  }

  /** A function with results by name. */
  public static FunctionDef function(
      String name, List<String> arguments, Map<String, String> results, NodeDef... nodes) {
    OpDef.Builder signature = OpDef.newBuilder().setName(name);
    arguments.forEach(a -> signature.addInputArg(OpDef.ArgDef.newBuilder().setName(a)));
    results.keySet().forEach(r -> signature.addOutputArg(OpDef.ArgDef.newBuilder().setName(r)));
    return FunctionDef.newBuilder()
        .setSignature(signature)
        .putAllRet(results)
        .addAllNodeDef(Arrays.asList(nodes))
        .build();
  }

  /** Adds nodes to the main graph. */
  public SavedModelBuilder add(NodeDef... nodes) {
    graph.addAllNode(Arrays.asList(nodes));
    return this;
  }

  /** Adds functions to the library. */
  public SavedModelBuilder add(FunctionDef... functions) {
    graph.getLibraryBuilder().addAllFunction(Arrays.asList(functions));
    return this;
  }

  /** Adds a placeholder. */
  public SavedModelBuilder placeholder(String name, long... dims) {
    return add(
        node(
            "Placeholder",
            name,
            Map.of("shape", AttrValue.newBuilder().setShape(shape(dims)).build())));
  }

  /** Adds a variable and the tensor that the checkpoint keeps under a key. */
  public SavedModelBuilder variable(String name, String key, Tensor value) {
    variables.put(key, value);
    return add(
        node(
            "VarHandleOp",
            name,
            Map.of(
                "shared_name",
                AttrValue.newBuilder().setS(ByteString.copyFromUtf8(name)).build())));
  }

  /** Says which operation restores the variables. */
  public SavedModelBuilder restoredBy(String operation) {
    restore = operation;
    return this;
  }

  /** Replaces the tags of the graph. */
  public SavedModelBuilder tags(String... values) {
    tags = List.of(values);
    return this;
  }

  /** Adds an input to a signature. */
  public SavedModelBuilder input(String signature, String name, String tensor, long... dims) {
    of(signature).putInputs(name, info(tensor, dims));
    return this;
  }

  /** Adds an output to a signature. */
  public SavedModelBuilder output(String signature, String name, String tensor, long... dims) {
    of(signature).putOutputs(name, info(tensor, dims));
    return this;
  }

  private SignatureDef.Builder of(String signature) {
    return signatures.computeIfAbsent(signature, k -> SignatureDef.newBuilder());
  }

  private static TensorInfo info(String tensor, long... dims) {
    return TensorInfo.newBuilder()
        .setName(tensor)
        .setDtype(DataType.DT_FLOAT)
        .setTensorShape(shape(dims))
        .build();
  }

  /** Writes the model, its variables over several files. */
  public Path write(Path folder, int shards) {
    MetaGraphDef.Builder meta =
        MetaGraphDef.newBuilder()
            .setGraphDef(graph)
            .setSaverDef(SaverDef.newBuilder().setRestoreOpName(restore));
    meta.getMetaInfoDefBuilder().addAllTags(tags);
    signatures.forEach((name, s) -> meta.putSignatureDef(name, s.build()));
    try {
      Files.createDirectories(folder);
      Files.write(
          folder.resolve("saved_model.pb"),
          SavedModel.newBuilder().addMetaGraphs(meta).build().toByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    BundleWriter.write(folder.resolve("variables").resolve("variables"), variables, shards);
    return folder;
  }
}
