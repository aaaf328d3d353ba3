package org.betavae.export.toonnx;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.onnx.OnnxValue;
import org.betavae.export.tf.TfNode;

/**
 * TF {@code DynamicPartition(data [k..., ...], partitions [k...])} to ONNX {@code Gather} of the
 * rows of each partition, and {@code DynamicStitch(indices..., data...)} to ONNX {@code ScatterND}.
 */
final class PartitionConverter implements OpConverter {
  @Override
  public Set<String> tfOps() {
    return Set.of("DynamicPartition", "DynamicStitch", "ParallelDynamicStitch");
  }

  @Override
  public void convert(TfNode n, Emitter out) {
    if (n.op().equals("DynamicPartition")) {
      partition(n, out);
    } else {
      stitch(out);
    }
  }

  private static void partition(TfNode n, Emitter out) {
    OnnxValue numbers = out.in(1);
    OnnxValue data = rows(out.in(0), out.rank(numbers), out);
    OnnxValue flat = out.reshape(numbers, -1);
    for (int k = 0; k < n.integer("num_partitions", 1); k++) {
      OnnxValue mine = out.emit("Equal", flat, out.scalarLike(flat, k));
      OnnxValue places = out.squeeze(out.emit("NonZero", mine), 0);
      out.out(k, out.emit("Gather", Map.of("axis", 0L), data, places));
    }
  }

  private static void stitch(Emitter out) {
    int parts = out.inputCount() / 2;
    List<OnnxValue> places = new ArrayList<>();
    List<OnnxValue> data = new ArrayList<>();
    for (int i = 0; i < parts; i++) {
      OnnxValue at = out.int64(out.in(i));
      places.add(out.reshape(at, -1));
      data.add(rows(out.in(parts + i), out.rank(at), out));
    }
    OnnxValue all = out.concat(0, places);
    OnnxValue rows = out.concat(0, data);
    OnnxValue last = out.reduce("ReduceMax", all, true, 0);
    OnnxValue count = out.emit("Add", last, out.longs(1));
    OnnxValue shape =
        out.rank(rows) == 1
            ? count
            : out.concat(0, List.of(count, out.slice(out.shapeOf(rows), 0, 1, Integer.MAX_VALUE)));
    OnnxValue empty = Fills.of(out, shape, rows.type(), 0);
    out.out(out.emit("ScatterND", empty, out.unsqueeze(all, 1), rows));
  }

  /** The first dimensions as one. */
  private static OnnxValue rows(OnnxValue data, int depth, Emitter out) {
    int rank = out.rank(data);
    if (depth == 1) {
      return data;
    }
    if (depth == 0) {
      return out.unsqueeze(data, 0);
    }
    if (depth == rank) {
      return out.reshape(data, -1);
    }
    OnnxValue rest = out.slice(out.shapeOf(data), 0, depth, Integer.MAX_VALUE);
    return out.emit("Reshape", data, out.concat(0, List.of(out.longs(-1), rest)));
  }
}
