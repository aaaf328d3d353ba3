package org.betavae.export.toonnx;

import java.util.Set;
import org.betavae.export.ElementType;
import org.betavae.export.onnx.OnnxValue;
import org.betavae.export.tf.TfNode;

/**
 * TF {@code MatMul(a [m,k], b [k,n])} and {@code BatchMatMul(a [...,m,k], b [...,k,n])} to ONNX
 * {@code MatMul(A, B)}. What is to be transposed first becomes a Transpose, which the rewrites fold
 * into constants or into Gemm.
 */
final class MatMulConverter implements OpConverter {
  @Override
  public Set<String> tfOps() {
    return Set.of("MatMul", "BatchMatMul", "BatchMatMulV2", "BatchMatMulV3");
  }

  @Override
  public void convert(TfNode n, Emitter out) {
    OnnxValue a = flip(out.in(0), n.flag("transpose_a") || n.flag("adj_x"), out);
    OnnxValue b = flip(out.in(1), n.flag("transpose_b") || n.flag("adj_y"), out);
    ElementType result = n.type("Tout", a.type());
    out.out(out.emit("MatMul", out.cast(a, result), out.cast(b, result)));
  }

  private static OnnxValue flip(OnnxValue v, boolean really, Emitter out) {
    if (!really) {
      return v;
    }
    int rank = out.rank(v);
    int[] perm = new int[rank];
    for (int i = 0; i < rank; i++) {
      perm[i] = i < rank - 2 ? i : 2 * rank - 3 - i;
    }
    return out.transpose(v, perm);
  }
}
