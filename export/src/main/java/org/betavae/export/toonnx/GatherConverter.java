package org.betavae.export.toonnx;

import java.util.Map;
import java.util.Set;
import org.betavae.export.onnx.OnnxValue;
import org.betavae.export.tf.TfNode;

/**
 * TF {@code GatherV2(x, indices, axis)}, {@code Gather} and {@code ResourceGather} to ONNX {@code
 * Gather}, with {@code batch_dims} to {@code GatherND}; TF {@code GatherNd(x, indices)} to ONNX
 * {@code GatherND}.
 */
final class GatherConverter implements OpConverter {
  @Override
  public Set<String> tfOps() {
    return Set.of("Gather", "GatherV2", "ResourceGather", "GatherNd", "ResourceGatherNd");
  }

  @Override
  public String notCovered(String tfOp) {
    return tfOp.equals("GatherV2") ? "an axis computed at run time" : "";
  }

  @Override
  public void convert(TfNode n, Emitter out) {
    OnnxValue x = out.in(0);
    OnnxValue index = out.in(1);
    if (n.op().endsWith("GatherNd")) {
      out.out(out.emit("GatherND", x, out.int64(index)));
      return;
    }
    int batch =
        n.integer("batch_dims", 0) == 0
            ? 0
            : out.axis(n.integer("batch_dims", 0), out.rank(index) + 1);
    if (n.integer("batch_dims", 0) < 0) {
      batch = (int) (out.rank(index) + n.integer("batch_dims", 0));
    }
    int axis =
        n.op().equals("GatherV2") ? out.axis(out.known(2, "the axis")[0], out.rank(x)) : batch;
    if (batch == 0) {
      out.out(out.emit("Gather", Map.of("axis", (long) axis), x, index));
    } else {
      out.out(batched(x, index, batch, axis, out));
    }
  }

  /**
   * GatherND picks along the first axis after the batch, so the wanted one is brought there and the
   * result put in order.
   */
  private static OnnxValue batched(OnnxValue x, OnnxValue index, int batch, int axis, Emitter out) {
    int rank = out.rank(x);
    int picked = out.rank(index) - batch;
    int between = axis - batch;
    int[] front = new int[rank];
    for (int i = 0; i < rank; i++) {
      front[i] = i < batch || i > axis ? i : i == batch ? axis : i - 1;
    }
    OnnxValue y =
        out.emit(
            "GatherND",
            Map.of("batch_dims", (long) batch),
            Perms.isIdentity(front) ? x : out.transpose(x, front),
            out.unsqueeze(out.int64(index), out.rank(index)));
    int[] back = new int[rank - 1 + picked];
    for (int i = 0; i < back.length; i++) {
      if (i < batch || i >= axis + picked) {
        back[i] = i;
      } else if (i < axis) {
        back[i] = i + picked;
      } else {
        back[i] = i - between;
      }
    }
    return Perms.isIdentity(back) ? y : out.transpose(y, back);
  }
}
