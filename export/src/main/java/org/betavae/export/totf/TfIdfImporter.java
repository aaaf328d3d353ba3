package org.betavae.export.totf;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.Dim;

/**
 * ONNX {@code TfIdfVectorizer}: how often each n-gram of a pool occurs, its items next to each
 * other or with up to some items between them.
 */
final class TfIdfImporter implements OpImporter {
  @Override
  public Set<String> onnxOps() {
    return Set.of("TfIdfVectorizer");
  }

  @Override
  public void convert(OnnxOp n, TfEmitter out) {
    TfValue x = out.plain(out.in(0));
    boolean batch = out.rank(x) == 2;
    TfValue rows = batch ? x : out.unsqueeze(x, 0);
    long[] starts = n.integers("ngram_counts");
    long[] columns = n.integers("ngram_indexes");
    List<TfValue> counts = new ArrayList<>();
    List<Long> order = new ArrayList<>();
    int gram = 0;
    for (int length = 1; length <= starts.length; length++) {
      int from = (int) starts[length - 1];
      int to = length < starts.length ? (int) starts[length] : poolSize(n);
      int many = (to - from) / length;
      boolean used =
          length >= n.integer("min_gram_length", 1) && length <= n.integer("max_gram_length", 1);
      if (many > 0 && used) {
        counts.add(counted(n, out, rows, length, from, many));
        for (int i = 0; i < many; i++) {
          order.add((long) gram + i);
        }
      }
      gram += many;
    }
    long width = Arrays.stream(columns).max().orElse(-1) + 1;
    out.out(placed(n, out, rows, counts, order, columns, width, batch));
  }

  private static int poolSize(OnnxOp n) {
    return n.has("pool_strings")
        ? n.texts("pool_strings").size()
        : n.integers("pool_int64s").length;
  }

  /** Occurrences of the n-grams of one length, [batch, many] of float32. */
  private static TfValue counted(
      OnnxOp n, TfEmitter out, TfValue rows, int length, int from, int many) {
    TfValue sum = null;
    long skips = length == 1 ? 0 : n.integer("max_skip_count", 0);
    for (long apart = 1; apart <= skips + 1; apart++) {
      TfValue all = null;
      for (int j = 0; j < length; j++) {
        long after = (length - 1L - j) * apart;
        TfValue window = out.slice(rows, 1, j * apart, after == 0 ? Long.MAX_VALUE : -after);
        TfValue equal =
            out.binary(
                "Equal", out.unsqueeze(window, 2), items(n, out, rows, length, from, many, j));
        all = all == null ? equal : out.binary("LogicalAnd", all, equal);
      }
      TfValue hits = out.cast(all, ElementType.FLOAT32);
      List<Dim> shape = List.of(rows.shape().get(0), Dim.of(many));
      TfValue found = out.node("Sum", Map.of(), shape, hits, out.constantInts(1));
      sum = sum == null ? found : out.binary("AddV2", sum, found);
    }
    return sum;
  }

  /** Item j of each n-gram. */
  private static TfValue items(
      OnnxOp n, TfEmitter out, TfValue rows, int length, int from, int many, int j) {
    if (n.has("pool_strings")) {
      List<String> pool = n.texts("pool_strings");
      List<String> items = new ArrayList<>();
      for (int i = 0; i < many; i++) {
        items.add(pool.get(from + i * length + j));
      }
      return Texts.of(out, items);
    }
    long[] pool = n.integers("pool_int64s");
    return out.constant(
        Tensor.ofLongs(rows.type(), new long[] {many}, i -> pool[from + i * length + j]));
  }

  /** The counts in their columns, weighted. */
  private static TfValue placed(
      OnnxOp n,
      TfEmitter out,
      TfValue rows,
      List<TfValue> counts,
      List<Long> order,
      long[] columns,
      long width,
      boolean batch) {
    if (counts.isEmpty()) {
      throw out.fail("its pool has no n-gram of the lengths asked for", "expected some");
    }
    TfValue all = out.concat(1, counts);
    String mode = n.text("mode", "TF");
    if (mode.equals("IDF")) {
      all = out.cast(out.binary("Greater", all, out.scalarLike(all, 0)), ElementType.FLOAT32);
    }
    float[] weights = n.numbers("weights");
    if (!mode.equals("TF") && weights != null) {
      Tensor chosen =
          Tensor.ofDoubles(
              ElementType.FLOAT32,
              new long[] {order.size()},
              i -> weights[Math.toIntExact(order.get(i))]);
      all = out.binary("Mul", all, out.constant(chosen));
    }
    Tensor at =
        Tensor.ofLongs(
            ElementType.INT64,
            new long[] {order.size()},
            i -> columns[Math.toIntExact(order.get(i))]);
    List<Dim> turned = List.of(Dim.of(width), rows.shape().get(0));
    TfValue sums =
        out.node(
            "UnsortedSegmentSum",
            Map.of(),
            turned,
            out.plain(out.transpose(all, 1, 0)),
            out.constant(at),
            out.integer(width));
    TfValue result = out.plain(out.transpose(sums, 1, 0));
    return batch ? result : out.reshape(result, Shapes.dims(width));
  }
}
