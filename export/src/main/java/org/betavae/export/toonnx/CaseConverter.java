package org.betavae.export.toonnx;

import java.util.List;
import java.util.Set;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.OnnxValue;
import org.betavae.export.tf.TfNode;

/**
 * TF {@code Case(index, v...; branches)}, where an index out of range chooses the last branch, to
 * ONNX {@code If} inside of {@code If}.
 */
final class CaseConverter implements OpConverter {
  @Override
  public Set<String> tfOps() {
    return Set.of("Case", "StatelessCase");
  }

  @Override
  public void convert(TfNode n, Emitter out) {
    IfConverter.bind(from(0, n, out.in(0), out), out);
  }

  private static List<OnnxValue> from(int i, TfNode n, OnnxValue index, Emitter out) {
    if (i == n.bodies().size() - 1) {
      return out.body(n.bodies().get(i), List.of());
    }
    OnnxValue number = out.constant(Tensor.scalar(ElementType.INT32, i));
    return IfConverter.choose(
        out.emit("Equal", index, number),
        in -> in.body(n.bodies().get(i), List.of()),
        in -> from(i + 1, n, in.captured(index), in),
        out);
  }
}
