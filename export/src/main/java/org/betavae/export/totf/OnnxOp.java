package org.betavae.export.totf;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.OnnxTensorReader;

/** One node of an ONNX model as its importer sees it: operator, version, attributes. */
final class OnnxOp {
  private final NodeProto proto;
  private final int opset;
  private final Map<String, AttributeProto> attributes = new HashMap<>();

  /**
   * A node.
   *
   * @param opset version of its domain
   * @param outer attributes of the function call that it stands in, which its own may refer to
   */
  OnnxOp(NodeProto proto, int opset, Map<String, AttributeProto> outer) {
    this.proto = proto;
    this.opset = opset;
    for (AttributeProto a : proto.getAttributeList()) {
      if (a.getRefAttrName().isEmpty()) {
        attributes.put(a.getName(), a);
      } else if (outer.containsKey(a.getRefAttrName())) {
        attributes.put(a.getName(), outer.get(a.getRefAttrName()));
      }
    }
  }

  /** Operator, with its domain in front unless it is ONNX's own: {@code ai.onnx.ml:Binarizer}. */
  String key() {
    return key(proto);
  }

  /** The same of any node. */
  static String key(NodeProto n) {
    boolean standard = n.getDomain().isEmpty() || n.getDomain().equals("ai.onnx");
    return standard ? n.getOpType() : n.getDomain() + ":" + n.getOpType();
  }

  /** Operator. */
  String op() {
    return proto.getOpType();
  }

  /** True for this operator. */
  boolean is(String op) {
    return proto.getOpType().equals(op);
  }

  /** Version of the operator set that the node is written for. */
  int opset() {
    return opset;
  }

  /** The node as the file has it. */
  NodeProto proto() {
    return proto;
  }

  /** Name, or the first output's where there is none. */
  String name() {
    return !proto.getName().isEmpty()
        ? proto.getName()
        : proto.getOutputCount() > 0 ? proto.getOutput(0) : proto.getOpType();
  }

  /** True if the attribute is set. */
  boolean has(String name) {
    return attributes.containsKey(name);
  }

  /** The attributes, those of a function call filled in. */
  Map<String, AttributeProto> attributes() {
    return attributes;
  }

  /** A whole number, or the default. */
  long integer(String name, long otherwise) {
    return has(name) ? attributes.get(name).getI() : otherwise;
  }

  /** A flag, which ONNX writes as a number. */
  boolean flag(String name, boolean otherwise) {
    return integer(name, otherwise ? 1 : 0) != 0;
  }

  /** A list of whole numbers; null when not set. */
  long[] integers(String name) {
    return has(name)
        ? attributes.get(name).getIntsList().stream().mapToLong(Long::longValue).toArray()
        : null;
  }

  /** A list of whole numbers, or as many copies of a default. */
  long[] integers(String name, int count, long otherwise) {
    long[] values = integers(name);
    if (values == null) {
      values = new long[count];
      Arrays.fill(values, otherwise);
    }
    return values;
  }

  /** A floating point number, or the default. */
  float number(String name, float otherwise) {
    return has(name) ? attributes.get(name).getF() : otherwise;
  }

  /** A list of floating point numbers; null when not set. */
  float[] numbers(String name) {
    if (!has(name)) {
      return null;
    }
    List<Float> all = attributes.get(name).getFloatsList();
    float[] out = new float[all.size()];
    for (int i = 0; i < out.length; i++) {
      out[i] = all.get(i);
    }
    return out;
  }

  /** A text, or the default. */
  String text(String name, String otherwise) {
    return has(name) ? attributes.get(name).getS().toStringUtf8() : otherwise;
  }

  /** A list of texts; null when not set. */
  List<String> texts(String name) {
    return has(name)
        ? attributes.get(name).getStringsList().stream().map(ByteString::toStringUtf8).toList()
        : null;
  }

  /** A tensor message; null when not set. */
  TensorProto tensorProto(String name) {
    return has(name) ? attributes.get(name).getT() : null;
  }

  /** A tensor; null when not set, or of a type that has no counterpart. */
  Tensor tensor(String name) {
    return has(name) ? OnnxTensorReader.read(attributes.get(name).getT()) : null;
  }

  /** A graph inside of the node; null when not set. */
  GraphProto graph(String name) {
    return has(name) && attributes.get(name).hasG() ? attributes.get(name).getG() : null;
  }

  /** Attributes by name in the form that rules of inference ask for; graphs are left out. */
  Map<String, Object> plainAttributes() {
    Map<String, Object> out = new HashMap<>();
    attributes.forEach(
        (name, a) -> {
          switch (a.getType()) {
            case INT -> out.put(name, a.getI());
            case FLOAT -> out.put(name, a.getF());
            case STRING -> out.put(name, a.getS().toStringUtf8());
            case INTS -> out.put(name, integers(name));
            case FLOATS -> out.put(name, numbers(name));
            case STRINGS -> out.put(name, texts(name));
            case TENSOR -> {
              Tensor t = tensor(name);
              if (t != null) {
                out.put(name, t);
              }
            }
            default -> {} // graphs make no shapes
          }
        });
    return out;
  }

  /** Operator and name, as messages show them. */
  @Override
  public String toString() {
    return label(proto);
  }

  /** The same of any node. */
  static String label(NodeProto n) {
    String which =
        !n.getName().isEmpty()
            ? "node '" + n.getName() + "'"
            : n.getOutputCount() > 0
                ? "the node that makes '" + n.getOutput(0) + "'"
                : "a node without a name";
    return key(n) + " (" + which + ")";
  }
}
