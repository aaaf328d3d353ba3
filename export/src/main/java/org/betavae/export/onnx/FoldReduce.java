package org.betavae.export.onnx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.Folding.Kernel;

/** Constants through reductions. */
final class FoldReduce {
  private FoldReduce() {}

  static void register(Map<String, Kernel> kernels) {
    for (String op : List.of("ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd")) {
      kernels.put(op, FoldReduce::reduce);
    }
  }

  private static List<Tensor> reduce(OnnxNode n, List<Tensor> in) {
    Tensor x = in.get(0);
    long[] axes =
        n.integers("axes") != null
            ? n.integers("axes")
            : in.size() > 1 ? in.get(1).toLongs() : new long[0];
    boolean[] gone = new boolean[x.rank()];
    if (axes.length == 0) {
      Arrays.fill(gone, n.integer("noop_with_empty_axes", 0) == 0);
    }
    for (long a : axes) {
      gone[Inference.axis(n, a, x.rank())] = true;
    }
    if (x.size() == 0 || x.type().isUnsigned() || !(x.type().isFloat() || x.type().isInteger())) {
      return null;
    }
    List<Long> shape = new ArrayList<>();
    int[] outStride = new int[x.rank()];
    int size = 1;
    for (int i = x.rank() - 1; i >= 0; i--) {
      outStride[i] = gone[i] ? 0 : size;
      size *= gone[i] ? 1 : (int) x.dim(i);
    }
    for (int i = 0; i < x.rank(); i++) {
      if (!gone[i]) {
        shape.add(x.dim(i));
      } else if (n.integer("keepdims", 1) != 0) {
        shape.add(1L);
      }
    }
    long[] outShape = shape.stream().mapToLong(d -> d).toArray();
    return List.of(
        x.type().isFloat()
            ? real(n.op(), x, outShape, outStride, size)
            : whole(n.op(), x, outShape, outStride, size));
  }

  private static Tensor real(String op, Tensor x, long[] shape, int[] outStride, int size) {
    double[] acc = new double[size];
    boolean[] started = new boolean[size];
    int[] to = targets(x, outStride);
    for (int i = 0; i < x.size(); i++) {
      double v = x.doubleAt(i);
      acc[to[i]] =
          !started[to[i]]
              ? v
              : switch (op) {
                case "ReduceMax" -> Math.max(acc[to[i]], v);
                case "ReduceMin" -> Math.min(acc[to[i]], v);
                case "ReduceProd" -> acc[to[i]] * v;
                default -> acc[to[i]] + v;
              };
      started[to[i]] = true;
    }
    double divisor = op.equals("ReduceMean") ? (double) x.size() / size : 1;
    return Tensor.ofDoubles(x.type(), shape, i -> acc[i] / divisor);
  }

  private static Tensor whole(String op, Tensor x, long[] shape, int[] outStride, int size) {
    long[] acc = new long[size];
    boolean[] started = new boolean[size];
    int[] to = targets(x, outStride);
    for (int i = 0; i < x.size(); i++) {
      long v = x.longAt(i);
      acc[to[i]] =
          !started[to[i]]
              ? v
              : switch (op) {
                case "ReduceMax" -> Math.max(acc[to[i]], v);
                case "ReduceMin" -> Math.min(acc[to[i]], v);
                case "ReduceProd" -> acc[to[i]] * v;
                default -> acc[to[i]] + v;
              };
      started[to[i]] = true;
    }
    long divisor = op.equals("ReduceMean") ? x.size() / size : 1;
    return Tensor.ofLongs(x.type(), shape, i -> acc[i] / divisor);
  }

  /** For every element, where it goes. */
  private static int[] targets(Tensor x, int[] outStride) {
    int[] to = new int[x.size()];
    int[] index = new int[x.rank()];
    int place = 0;
    for (int i = 0; i < to.length; i++) {
      to[i] = place;
      for (int d = x.rank() - 1; d >= 0; d--) {
        place += outStride[d];
        if (++index[d] < x.dim(d)) {
          break;
        }
        place -= index[d] * outStride[d];
        index[d] = 0;
      }
    }
    return to;
  }
}
