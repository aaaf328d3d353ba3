package org.betavae.export.toonnx;

import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import org.betavae.export.onnx.OnnxValue;
import org.betavae.export.tf.TfNode;

/**
 * TF {@code ReverseV2(x, axes)} to ONNX {@code Slice} with steps of -1, and {@code
 * ReverseSequence(x, lengths)} to ONNX's, which wants batch and sequence in front.
 */
final class ReverseConverter implements OpConverter {
  @Override
  public Set<String> tfOps() {
    return Set.of("ReverseV2", "ReverseSequence");
  }

  @Override
  public void convert(TfNode n, Emitter out) {
    OnnxValue x = out.in(0);
    int rank = out.rank(x);
    if (n.op().equals("ReverseSequence")) {
      out.out(sequence(n, x, rank, out));
      return;
    }
    long[] axes = Arrays.stream(out.known(1, "the axes")).map(a -> out.axis(a, rank)).toArray();
    if (axes.length == 0) {
      out.out(x);
      return;
    }
    OnnxValue back = out.longs(Emitter.numbers(axes.length, i -> -1));
    OnnxValue end = out.longs(Emitter.numbers(axes.length, i -> Long.MIN_VALUE));
    out.out(out.emit("Slice", x, back, end, out.longs(axes), back));
  }

  private static OnnxValue sequence(TfNode n, OnnxValue x, int rank, Emitter out) {
    int time = out.axis(n.integer("seq_dim", 0), rank);
    int batch = out.axis(n.integer("batch_dim", 0), rank);
    OnnxValue lengths = out.int64(out.in(1));
    boolean front = time + batch == 1;
    int[] perm = new int[rank];
    perm[0] = batch;
    perm[1] = time;
    int at = 2;
    for (int i = 0; i < rank && !front; i++) {
      if (i != batch && i != time) {
        perm[at++] = i;
      }
    }
    Map<String, Long> axes =
        Map.of("batch_axis", front ? batch : 0L, "time_axis", front ? time : 1L);
    OnnxValue in = front ? x : out.transpose(x, perm);
    OnnxValue y = out.emit("ReverseSequence", axes, in, lengths);
    return front ? y : out.transpose(y, Perms.inverse(perm));
  }
}
