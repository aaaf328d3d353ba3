package org.betavae.export.toonnx;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.onnx.Dim;
import org.betavae.export.onnx.OnnxValue;
import org.betavae.export.tf.TfNode;

/**
 * TF {@code Reshape(x, shape)}, {@code Squeeze(x)} and {@code ExpandDims(x, axis)} to ONNX {@code
 * Reshape}, {@code Squeeze} and {@code Unsqueeze}. A 0 in TF's shape is a size; in ONNX's it copies
 * the input's, unless {@code allowzero} says otherwise.
 */
final class ReshapeConverter implements OpConverter {
  @Override
  public Set<String> tfOps() {
    return Set.of("Reshape", "Squeeze", "ExpandDims");
  }

  @Override
  public void convert(TfNode n, Emitter out) {
    OnnxValue x = out.in(0);
    switch (n.op()) {
      case "Reshape" -> out.out(reshape(x, out.int64(out.in(1)), out));
      case "Squeeze" ->
          out.out(
              squeeze(
                  x, n.has("squeeze_dims") ? n.integers("squeeze_dims") : n.integers("axis"), out));
      default -> {
        long axis = out.known(1, "the axis")[0];
        out.out(out.unsqueeze(x, out.axis(axis, out.rank(x) + 1)));
      }
    }
  }

  private static OnnxValue reshape(OnnxValue x, OnnxValue shape, Emitter out) {
    boolean zero = shape.elements() != null && shape.elements().stream().anyMatch(d -> d.is(0));
    if (zero && out.opset() >= 14) {
      return out.emit("Reshape", Map.of("allowzero", 1L), x, shape);
    }
    return out.emit("Reshape", x, shape);
  }

  private static OnnxValue squeeze(OnnxValue x, List<Long> axes, Emitter out) {
    List<Long> gone = new ArrayList<>();
    int rank = out.rank(x);
    axes.forEach(a -> gone.add((long) out.axis(a, rank)));
    if (axes.isEmpty()) {
      for (int i = 0; i < rank; i++) {
        if (x.shape().get(i).equals(Dim.ONE)) {
          gone.add((long) i);
        }
      }
    }
    return out.squeeze(x, gone.stream().mapToLong(a -> a).sorted().toArray());
  }
}
