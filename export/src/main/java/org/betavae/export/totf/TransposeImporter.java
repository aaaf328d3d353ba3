package org.betavae.export.totf;

import java.util.Arrays;
import java.util.Set;

/** ONNX {@code Transpose(perm)}; without an order it reverses the dimensions. */
final class TransposeImporter implements OpImporter {
  @Override
  public Set<String> onnxOps() {
    return Set.of("Transpose");
  }

  @Override
  public void convert(OnnxOp n, TfEmitter out) {
    long[] perm = n.integers("perm");
    int rank = perm != null ? perm.length : out.rank(out.in(0));
    int[] order = new int[rank];
    for (int i = 0; i < rank; i++) {
      order[i] = perm != null ? out.axis(perm[i], rank) : rank - 1 - i;
    }
    if (Arrays.stream(order).distinct().count() != rank
        || (out.in(0).rank() >= 0 && out.in(0).rank() != rank)) {
      throw out.fail(
          "its order is " + Arrays.toString(order) + " of " + out.in(0),
          "expected every dimension once");
    }
    out.out(out.transpose(out.in(0), order));
  }
}
