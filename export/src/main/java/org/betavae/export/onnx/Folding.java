package org.betavae.export.onnx;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.betavae.export.Tensor;

/** Computes nodes whose inputs are all constants. */
final class Folding {
  /** Computes the outputs of a node. */
  interface Kernel {
    /** The outputs; null if this case is left to the runtime. */
    List<Tensor> apply(OnnxNode node, List<Tensor> inputs);
  }

  /** A constant that grows by computing and passes this many elements is left to the runtime. */
  static final long LARGEST_GROWN = 1 << 16;

  private static final Map<String, Kernel> KERNELS = new HashMap<>();

  static {
    FoldElementwise.register(KERNELS);
    FoldMoves.register(KERNELS);
    FoldReduce.register(KERNELS);
  }

  private Folding() {}

  /** The outputs; null if an input is not constant or the operator is not computed here. */
  static List<Tensor> fold(OnnxNode n, int outputCount) {
    Kernel kernel = KERNELS.get(n.op());
    if (kernel == null || n.inputs().isEmpty()) {
      return null;
    }
    List<Tensor> in = new ArrayList<>();
    for (OnnxValue v : n.inputs()) {
      if (v != null && !v.isConstant()) {
        return null;
      }
      in.add(v == null ? null : v.constant());
    }
    List<Tensor> out = kernel.apply(n, in);
    if (out != null && out.size() != outputCount) {
      throw new IllegalStateException(
          n
              + " folded to "
              + out.size()
              + " outputs, expected "
              + outputCount
              + ". Correct its kernel.");
    }
    return out;
  }

  /** Input i; null if it is left out. */
  static Tensor at(List<Tensor> in, int i) {
    return i < in.size() ? in.get(i) : null;
  }
}
