package org.betavae.export.toonnx;

import java.util.Map;
import java.util.Set;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.OnnxValue;
import org.betavae.export.tf.TfNode;

/**
 * TF {@code SoftmaxCrossEntropyWithLogits(logits [n,c], labels [n,c])} and {@code
 * SparseSoftmaxCrossEntropyWithLogits(logits [n,c], labels [n])}, which give the loss {@code [n]}
 * and its gradient {@code [n,c]}, to ONNX {@code LogSoftmax} and {@code Softmax}.
 */
final class CrossEntropyConverter implements OpConverter {
  private static final String DENSE = "SoftmaxCrossEntropyWithLogits";

  @Override
  public Set<String> tfOps() {
    return Set.of(DENSE, "Sparse" + DENSE);
  }

  @Override
  public void convert(TfNode n, Emitter out) {
    OnnxValue logits = out.in(0);
    OnnxValue labels = n.op().equals(DENSE) ? out.in(1) : oneHot(logits, out.in(1), out);
    OnnxValue logs = out.emit("LogSoftmax", Map.of("axis", -1L), logits);
    OnnxValue all = out.emit("Mul", labels, logs);
    out.out(0, out.emit("Neg", out.reduce("ReduceSum", all, false, 1)));
    out.out(1, out.emit("Sub", out.emit("Softmax", Map.of("axis", -1L), logits), labels));
  }

  private static OnnxValue oneHot(OnnxValue logits, OnnxValue labels, Emitter out) {
    OnnxValue classes = out.slice(out.shapeOf(logits), 0, 1, 2);
    OnnxValue offOn = out.constant(Tensor.floats(new long[] {2}, 0, 1));
    OnnxValue hot = out.emit("OneHot", Map.of("axis", -1L), out.int64(labels), classes, offOn);
    return out.cast(hot, logits.type());
  }
}
