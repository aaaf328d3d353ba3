package org.betavae.export.totf;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.onnx.Dim;

/**
 * ONNX {@code RotaryEmbedding(X, cos_cache, sin_cache, position_ids)}: pairs of elements are turned
 * by an angle that grows with their position.
 */
final class RotaryImporter implements OpImporter {
  @Override
  public Set<String> onnxOps() {
    return Set.of("RotaryEmbedding");
  }

  @Override
  public void convert(OnnxOp n, TfEmitter out) {
    TfValue given = out.in(0);
    boolean flat = out.rank(given) == 3;
    // [batch, steps, heads, size]
    TfValue x = out.plain(flat ? apart(given, n, out) : out.transpose(given, 0, 2, 1, 3));
    int size = out.size(x, 3);
    int turned = (int) n.integer("rotary_embedding_dim", 0);
    turned = turned == 0 ? size : turned;
    TfValue part = out.slice(x, 3, 0, turned);
    int half = turned / 2;
    TfValue cos = cache(out.in(1), half, out);
    TfValue sin = cache(out.in(2), half, out);
    boolean interleaved = n.integer("interleaved", 0) != 0;
    TfValue a = interleaved ? every(part, 0, turned, out) : out.slice(part, 3, 0, half);
    TfValue b = interleaved ? every(part, 1, turned, out) : out.slice(part, 3, half, turned);
    TfValue real = out.binary("Sub", out.binary("Mul", cos, a), out.binary("Mul", sin, b));
    TfValue imaginary = out.binary("AddV2", out.binary("Mul", sin, a), out.binary("Mul", cos, b));
    TfValue y = interleaved ? mixed(real, imaginary, out) : out.concat(3, List.of(real, imaginary));
    if (turned < size) {
      y = out.concat(3, List.of(y, out.slice(x, 3, turned, size)));
    }
    out.out(flat ? out.reshape(y, given.shape()) : out.transpose(y, 0, 2, 1, 3));
  }

  private static TfValue apart(TfValue x, OnnxOp n, TfEmitter out) {
    long heads = n.integer("num_heads", 0);
    if (heads < 1) {
      throw out.fail("num_heads is " + heads, "expected a number for an input of 3 dimensions");
    }
    List<Dim> shape = new ArrayList<>(x.shape().subList(0, 2));
    shape.add(Dim.of(heads));
    shape.add(Dim.of(out.size(x, 2) / heads));
    return out.reshape(x, shape);
  }

  /** {@code [batch, steps, 1, half]}. */
  private static TfValue cache(TfValue cache, int half, TfEmitter out) {
    TfValue rows =
        out.has(3) ? out.gather(out.plain(cache), out.plain(out.in(3)), 0) : out.plain(cache);
    int axis = rows.rank() - 1;
    return out.unsqueeze(out.slice(rows, axis, 0, half), 2);
  }

  private static TfValue every(TfValue v, int first, int end, TfEmitter out) {
    return out.strided(v, Map.of(3, new long[] {first, end, 2}));
  }

  private static TfValue mixed(TfValue real, TfValue imaginary, TfEmitter out) {
    TfValue pairs = out.concat(4, List.of(out.unsqueeze(real, 4), out.unsqueeze(imaginary, 4)));
    List<Dim> shape = new ArrayList<>(real.shape());
    shape.set(3, shape.get(3).times(2));
    return out.reshape(pairs, shape);
  }
}
