package org.betavae.export.toonnx;

import java.util.Map;
import java.util.Set;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.OnnxValue;
import org.betavae.export.tf.TfNode;

/**
 * TF {@code Transpose(x, perm)} to ONNX {@code Transpose}; TF {@code InvertPermutation(perm)} to
 * its value, or to the order that {@code TopK} finds.
 */
final class TransposeConverter implements OpConverter {
  @Override
  public Set<String> tfOps() {
    return Set.of("Transpose", "InvertPermutation");
  }

  @Override
  public String notCovered(String tfOp) {
    return tfOp.equals("Transpose") ? "an order computed at run time" : "";
  }

  @Override
  public void convert(TfNode n, Emitter out) {
    int input = n.op().equals("Transpose") ? 1 : 0;
    if (input == 0 && !out.in(0).isConstant()) {
      OnnxValue perm = out.in(0);
      Map<String, Long> least = Map.of("axis", 0L, "largest", 0L);
      OnnxValue order = out.emitAll("TopK", least, 2, perm, out.shapeOf(perm)).get(1);
      out.out(out.cast(order, perm.type()));
      return;
    }
    long[] perm = out.known(input, "the order of dimensions");
    boolean[] seen = new boolean[perm.length];
    for (long p : perm) {
      if (p < 0 || p >= perm.length || seen[(int) p]) {
        throw out.fail(
            "perm is " + java.util.Arrays.toString(perm),
            "expected every number from 0 to " + (perm.length - 1) + " once");
      }
      seen[(int) p] = true;
    }
    if (input == 1) {
      out.out(out.transpose(out.in(0), Perms.of(perm)));
    } else {
      int[] inverse = Perms.inverse(Perms.of(perm));
      ElementType type = out.in(0).type();
      out.out(out.constant(Tensor.ofLongs(type, new long[] {perm.length}, i -> inverse[i])));
    }
  }
}
