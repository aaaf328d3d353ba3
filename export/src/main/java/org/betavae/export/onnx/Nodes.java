package org.betavae.export.onnx;

import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import java.util.List;

/** What a model file says of its nodes. */
final class Nodes {
  private Nodes() {}

  /** True for an operator of ONNX's own domain, under either of its names. */
  static boolean isStandard(NodeProto n) {
    return isStandard(n.getDomain());
  }

  private static boolean isStandard(String domain) {
    return domain.isEmpty() || domain.equals("ai.onnx");
  }

  /** The operator set of ONNX's own domain that is imported; 0 when none is. */
  static int standardOpset(List<OperatorSetIdProto> imports) {
    return imports.stream()
        .filter(o -> isStandard(o.getDomain()))
        .mapToInt(o -> (int) Math.min(o.getVersion(), Integer.MAX_VALUE))
        .max()
        .orElse(0);
  }

  /** Name and operator of a node, as messages show them. */
  static String label(NodeProto n) {
    String op = isStandard(n) ? n.getOpType() : n.getDomain() + ':' + n.getOpType();
    String which =
        !n.getName().isEmpty()
            ? "node '" + n.getName() + "'"
            : n.getOutputCount() > 0
                ? "the node that makes '" + n.getOutput(0) + "'"
                : "a node without a name";
    return which + " (" + op + ")";
  }
}
