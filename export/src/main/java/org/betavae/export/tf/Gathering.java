package org.betavae.export.tf;

import java.util.Map;
import java.util.TreeMap;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.NodeDef;

/**
 * Rows of a variable: in a flat graph variables are values, which {@code Gather} and {@code
 * GatherNd} read, not {@code ResourceGather} and {@code ResourceGatherNd}.
 */
final class Gathering {
  private static final String PREFIX = "Resource";

  private Gathering() {}

  /** True for rows of a variable that can be said of a value in the same way. */
  static boolean ofVariable(NodeDef def) {
    AttrValue batch = def.getAttrMap().get("batch_dims");
    return def.getOp().equals("ResourceGatherNd")
        || (def.getOp().equals("ResourceGather") && (batch == null || batch.getI() == 0));
  }

  static String op(NodeDef def) {
    return def.getOp().substring(PREFIX.length());
  }

  static Map<String, AttrValue> attributes(Map<String, AttrValue> of) {
    Map<String, AttrValue> out = new TreeMap<>();
    out.put("Tparams", of.get("dtype"));
    out.put("Tindices", of.get("Tindices"));
    out.values().removeIf(v -> v == null);
    return out;
  }
}
