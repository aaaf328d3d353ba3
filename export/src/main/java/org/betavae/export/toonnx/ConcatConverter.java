package org.betavae.export.toonnx;

import java.util.List;
import java.util.Set;
import org.betavae.export.onnx.OnnxValue;
import org.betavae.export.tf.TfNode;

/**
 * TF {@code ConcatV2(x..., axis)}, {@code Concat(axis, x...)} and {@code Pack(x...)} to ONNX {@code
 * Concat}, after {@code Unsqueeze} for Pack.
 */
final class ConcatConverter implements OpConverter {
  @Override
  public Set<String> tfOps() {
    return Set.of("ConcatV2", "Concat", "Pack");
  }

  @Override
  public void convert(TfNode n, Emitter out) {
    List<OnnxValue> in = out.ins();
    if (n.op().equals("Pack")) {
      int axis = out.axis(n.integer("axis", 0), out.rank(in.get(0)) + 1);
      out.out(out.concat(axis, in.stream().map(v -> out.unsqueeze(v, axis)).toList()));
      return;
    }
    boolean last = n.op().equals("ConcatV2");
    List<OnnxValue> parts = last ? in.subList(0, in.size() - 1) : in.subList(1, in.size());
    long axis = out.known(last ? in.size() - 1 : 0, "the axis")[0];
    out.out(out.concat(out.axis(axis, out.rank(parts.get(0))), parts));
  }
}
