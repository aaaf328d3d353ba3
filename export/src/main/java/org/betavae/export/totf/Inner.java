package org.betavae.export.totf;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Other ONNX operators as parts of the node at hand. */
final class Inner {
  /** The version whose meaning is used; inputs that older ones gave as attributes are inputs. */
  private static final int OPSET = 18;

  private Inner() {}

  /** The result of an operator with one output. */
  static TfValue run(TfEmitter out, String op, Map<String, ?> attributes, TfValue... in) {
    NodeProto.Builder proto = NodeProto.newBuilder().setOpType(op).setName(out.name());
    attributes.forEach((name, value) -> proto.addAttribute(attribute(name, value)));
    proto.addOutput(op);
    return run(out, proto.build(), Arrays.asList(in)).get(0);
  }

  /** The results of a node on other values than those that it names. */
  static List<TfValue> run(TfEmitter out, NodeProto proto, List<TfValue> in) {
    TfEmitter.Place place = out.place();
    OnnxOp node = new OnnxOp(proto, OPSET, Map.of());
    out.start(node, in);
    Importers.byOp().get(node.key()).convert(node, out);
    List<TfValue> results = List.copyOf(out.results());
    out.resume(place);
    return results;
  }

  private static AttributeProto attribute(String name, Object value) {
    AttributeProto.Builder a = AttributeProto.newBuilder().setName(name);
    if (value instanceof Number number) {
      a.setType(AttributeProto.AttributeType.INT).setI(number.longValue());
    } else {
      a.setType(AttributeProto.AttributeType.INTS);
      Arrays.stream((long[]) value).forEach(a::addInts);
    }
    return a.build();
  }
}
