package org.betavae.export;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.betavae.export.onnx.OnnxFiles;

/**
 * An ONNX model, as converted or as read from a file.
 *
 * <p>Immutable. Weights that a file keeps beside itself are taken in when it is read.
 */
public final class OnnxModel {
  private final ModelProto proto;
  private final List<String> notes;

  OnnxModel(ModelProto proto, List<String> notes) {
    this.proto = proto;
    this.notes = List.copyOf(notes);
  }

  /**
   * Reads an ONNX file and checks what can be checked without running it: that it is whole, that
   * weights fit their shapes, that every node's inputs exist, that the standard has its operators
   * with these inputs and attributes, and that shapes do not contradict each other.
   *
   * <p>Operators of other domains are let pass, since some runtime may have them.
   *
   * @throws ConversionException if it is no valid ONNX file
   */
  public static OnnxModel read(Path file) {
    return new OnnxModel(OnnxFiles.read(file), List.of());
  }

  /**
   * Reads a serialised ONNX model.
   *
   * @param what where the bytes come from, for messages
   * @throws ConversionException if the bytes are no valid ONNX model
   */
  public static OnnxModel read(byte[] bytes, String what) {
    return new OnnxModel(OnnxFiles.read(bytes, what), List.of());
  }

  ModelProto proto() {
    return proto;
  }

  /**
   * The model as the bytes of an ONNX file.
   *
   * @throws IllegalStateException if it has more than 2 GB, which one file cannot hold
   */
  public byte[] toBytes() {
    if (ExternalWeights.bytes(proto) > ExternalWeights.LARGEST_INSIDE) {
      throw new IllegalStateException(
          "The model has "
              + ExternalWeights.bytes(proto)
              + " bytes of weights, an ONNX file alone holds at most "
              + ExternalWeights.LARGEST_INSIDE
              + ". Write it to a file: the weights then lie beside it.");
    }
    return proto.toByteArray();
  }

  /**
   * Writes an ONNX file. Weights of more than 2 GB, which it cannot hold, go into a second file
   * beside it, named like it with {@code .data} behind. The files appear whole or not at all;
   * existing ones are replaced.
   *
   * @return what was written: the model, and the file of its weights if there is one
   * @throws java.io.UncheckedIOException if writing fails
   */
  public List<Path> write(Path file) {
    return write(file, ExternalWeights.LARGEST_INSIDE);
  }

  /**
   * The same with another limit.
   *
   * @param largestInside weights of more bytes than this in all lie in the second file
   */
  public List<Path> write(Path file, long largestInside) {
    return ExternalWeights.bytes(proto) > Math.min(largestInside, ExternalWeights.LARGEST_INSIDE)
        ? ExternalWeights.write(proto, file)
        : ExternalWeights.writeInside(proto, file);
  }

  /**
   * What people should know of the conversion, a sentence each, such as operators that stay in
   * float32; empty for a model that was read from a file.
   */
  public List<String> notes() {
    return notes;
  }

  /** The inputs in the file's order, initializers left out. */
  public List<TensorSpec> inputs() {
    Set<String> weights =
        proto.getGraph().getInitializerList().stream()
            .map(TensorProto::getName)
            .collect(Collectors.toSet());
    return proto.getGraph().getInputList().stream()
        .filter(v -> !weights.contains(v.getName()))
        .map(OnnxModel::spec)
        .toList();
  }

  /** The outputs in the file's order. */
  public List<TensorSpec> outputs() {
    return proto.getGraph().getOutputList().stream().map(OnnxModel::spec).toList();
  }

  private static TensorSpec spec(ValueInfoProto v) {
    TypeProto.Tensor tensor = v.getType().getTensorType();
    ElementType type = ElementType.ofOnnx(tensor.getElemType());
    List<Long> shape = null;
    if (tensor.hasShape()) {
      shape = new ArrayList<>();
      for (var d : tensor.getShape().getDimList()) {
        shape.add(d.hasDimValue() ? d.getDimValue() : -1L);
      }
    }
    return new TensorSpec(
        v.getName(), type == null ? "type " + tensor.getElemType() : type.numpyName(), shape);
  }

  /**
   * How many nodes of each operator the graph has, those inside of loops and branches too, by
   * operator name; other domains than ONNX's own as {@code domain:Name}.
   */
  public Map<String, Integer> operatorCounts() {
    Map<String, Integer> counts = new TreeMap<>();
    count(proto.getGraph(), counts);
    return Collections.unmodifiableMap(counts);
  }

  private static void count(GraphProto graph, Map<String, Integer> counts) {
    for (NodeProto n : graph.getNodeList()) {
      boolean standard = n.getDomain().isEmpty() || n.getDomain().equals("ai.onnx");
      counts.merge(standard ? n.getOpType() : n.getDomain() + ":" + n.getOpType(), 1, Integer::sum);
      for (AttributeProto a : n.getAttributeList()) {
        if (a.hasG()) {
          count(a.getG(), counts);
        }
        a.getGraphsList().forEach(g -> count(g, counts));
      }
    }
  }

  /** The file's {@code metadata_props}, in the order of their keys. */
  public Map<String, String> metadata() {
    Map<String, String> facts = new TreeMap<>();
    proto.getMetadataPropsList().forEach(e -> facts.put(e.getKey(), e.getValue()));
    return Collections.unmodifiableMap(facts);
  }

  /** Version of the standard operator set that the model asks for; 0 when it asks for none. */
  public int opset() {
    return OnnxFiles.opset(proto);
  }

  /** Name and version of the program that wrote the model; empty when it does not say. */
  public String producer() {
    return (proto.getProducerName() + " " + proto.getProducerVersion()).strip();
  }

  /** Number of elements in all initializers. */
  public long parameterCount() {
    return proto.getGraph().getInitializerList().stream()
        .mapToLong(t -> t.getDimsList().stream().reduce(1L, (a, b) -> a * b))
        .sum();
  }

  /**
   * The same model with these facts added to its metadata; a key that is there already gets the new
   * value.
   */
  public OnnxModel withMetadata(Map<String, String> facts) {
    Map<String, String> all = new TreeMap<>(metadata());
    all.putAll(facts);
    ModelProto.Builder out = proto.toBuilder().clearMetadataProps();
    all.forEach(
        (k, v) -> out.addMetadataProps(StringStringEntryProto.newBuilder().setKey(k).setValue(v)));
    return new OnnxModel(out.build(), notes);
  }

  @Override
  public String toString() {
    return "OnnxModel[opset " + opset() + ", inputs " + inputs() + ", outputs " + outputs() + "]";
  }
}
