package org.betavae.export.totf;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.Dim;

/** ONNX's norms that compute their statistics from the value itself. */
final class NormImporter implements OpImporter {
  /** What MeanVarianceNormalization adds to the deviation, from its definition in the standard. */
  private static final double MVN_EPSILON = 1e-9;

  @Override
  public Set<String> onnxOps() {
    return Set.of(
        "InstanceNormalization",
        "GroupNormalization",
        "LayerNormalization",
        "RMSNormalization",
        "LpNormalization",
        "MeanVarianceNormalization");
  }

  @Override
  public void convert(OnnxOp n, TfEmitter out) {
    switch (n.op()) {
      case "InstanceNormalization" -> out.out(instance(n, out));
      case "GroupNormalization" -> out.out(group(n, out));
      case "LayerNormalization", "RMSNormalization" -> layer(n, out);
      case "LpNormalization" -> out.out(lp(n, out));
      default -> out.out(meanVariance(n, out));
    }
  }

  /** Statistics of a value over some axes, and the value normalised. */
  private record Normalized(TfValue value, TfValue mean, TfValue inverse) {}

  /** In the order that the dimensions have in the graph, so that nothing has to be turned. */
  private static Normalized normalize(TfValue x, float epsilon, TfEmitter out, int... axes) {
    if (x.isTransposed()) {
      int[] perm = x.reordered().perm();
      int[] moved = Arrays.stream(axes).map(a -> perm[a]).sorted().toArray();
      Normalized n = normalize(x.reordered().base(), epsilon, out, moved);
      return new Normalized(
          out.transpose(n.value(), perm),
          out.transpose(n.mean(), perm),
          out.transpose(n.inverse(), perm));
    }
    TfValue mean = out.reduce("Mean", x, true, axes);
    TfValue centered = out.binary("Sub", x, mean);
    TfValue variance = out.reduce("Mean", out.unary("Square", centered), true, axes);
    TfValue inverse = out.unary("Rsqrt", out.binary("AddV2", variance, out.scalarLike(x, epsilon)));
    return new Normalized(out.binary("Mul", centered, inverse), mean, inverse);
  }

  private static TfValue instance(OnnxOp n, TfEmitter out) {
    TfValue x = out.in(0);
    float epsilon = n.number("epsilon", 1e-5f);
    TfValue grouped = x.pending() == null ? null : ofGroups(x, epsilon, out);
    if (grouped != null) {
      return grouped;
    }
    TfValue y = normalize(x, epsilon, out, IntStream.range(2, out.rank(x)).toArray()).value();
    if (isOfGroups(x) && isAll(out.in(1), 1) && isAll(out.in(2), 0)) {
      return y;
    }
    return scaled(
        y, perChannel(out.in(1), x.rank(), out), perChannel(out.in(2), x.rank(), out), out);
  }

  /**
   * What our own converter makes of a group norm: channels apart in groups, then a norm of each.
   */
  private static boolean isOfGroups(TfValue x) {
    return x.isTransposed()
        && x.rank() > 3
        && x.reordered().base().output() != null
        && x.reordered().base().output().node().op().equals("Reshape");
  }

  /**
   * What PyTorch makes of a group norm: {@code [N,C,...]} reshaped to {@code [N,groups,rest]}. The
   * groups are normalised in the order that the channels have in the graph.
   */
  private static TfValue ofGroups(TfValue x, float epsilon, TfEmitter out) {
    TfValue whole = x.pending();
    boolean fits =
        x.rank() == 3
            && whole.rank() > 2
            && whole.shape().get(0).equals(x.shape().get(0))
            && x.shape().get(1).isKnown()
            && isAll(out.in(1), 1)
            && isAll(out.in(2), 0);
    return fits ? TfValue.pending(groups(whole, out.size(x, 1), epsilon, out), x.shape()) : null;
  }

  private static boolean isAll(TfValue v, double number) {
    if (!v.isConstant()) {
      return false;
    }
    Tensor t = v.constant();
    return IntStream.range(0, t.size()).allMatch(i -> t.doubleAt(i) == number);
  }

  /** Each group of channels of {@code [N,C,spatial...]} normalised over its elements. */
  private static TfValue groups(TfValue x, int count, float epsilon, TfEmitter out) {
    int rank = x.rank();
    int channels = out.size(x, 1);
    if (count < 1 || channels % count != 0) {
      throw out.fail(
          "it has " + count + " groups of " + channels + " channels",
          "expected groups of one size");
    }
    // Turned for good: a norm is mostly followed by a convolution, which wants it so.
    TfValue last = out.plain(out.transpose(x, Shapes.toChannelsLast(rank)));
    List<Dim> apart = new ArrayList<>(last.shape().subList(0, rank - 1));
    apart.add(Dim.of(count));
    apart.add(Dim.of(channels / count));
    int[] axes = IntStream.rangeClosed(1, rank).filter(a -> a != rank - 1).toArray();
    TfValue y = normalize(out.reshape(last, apart), epsilon, out, axes).value();
    return out.transpose(out.reshape(y, last.shape()), Shapes.toChannelsFirst(rank));
  }

  private static TfValue group(OnnxOp n, TfEmitter out) {
    TfValue given = out.in(0);
    TfValue x = n.integer("stash_type", 1) == 1 ? out.cast(given, wide(given.type())) : given;
    int count = Math.toIntExact(n.integer("num_groups", 1));
    TfValue y = groups(x, count, n.number("epsilon", 1e-5f), out);
    TfValue scale = out.cast(out.in(1), x.type());
    TfValue bias = out.cast(out.in(2), x.type());
    if (n.opset() < 21) {
      int size = out.size(x, 1) / count;
      scale = repeated(scale, count, size, out);
      bias = repeated(bias, count, size, out);
    }
    y = scaled(y, perChannel(scale, x.rank(), out), perChannel(bias, x.rank(), out), out);
    return out.cast(y, given.type());
  }

  /** One number a group as one a channel. */
  private static TfValue repeated(TfValue v, int groups, int size, TfEmitter out) {
    TfValue wide = out.broadcastTo(out.unsqueeze(v, 1), Shapes.dims(groups, size));
    return out.reshape(wide, (long) groups * size);
  }

  private static ElementType wide(ElementType type) {
    return type == ElementType.FLOAT16 || type == ElementType.BFLOAT16 ? ElementType.FLOAT32 : type;
  }

  /** {@code [C]} as {@code [C,1,...]} so that it meets the second dimension. */
  static TfValue perChannel(TfValue v, int rank, TfEmitter out) {
    long[] shape = new long[rank - 1];
    Arrays.fill(shape, 1);
    shape[0] = out.size(v, 0);
    return out.reshape(v, shape);
  }

  private static TfValue scaled(TfValue y, TfValue scale, TfValue bias, TfEmitter out) {
    return out.binary("AddV2", out.binary("Mul", y, scale), bias);
  }

  private static void layer(OnnxOp n, TfEmitter out) {
    TfValue given = out.in(0);
    int rank = out.rank(given);
    int[] axes = IntStream.range(out.axis(n.integer("axis", -1), rank), rank).toArray();
    float epsilon = n.number("epsilon", 1e-5f);
    TfValue x = n.integer("stash_type", 1) == 1 ? out.cast(given, wide(given.type())) : given;
    if (n.is("RMSNormalization")) {
      TfValue square = out.reduce("Mean", out.unary("Square", x), true, axes);
      TfValue inverse = out.unary("Rsqrt", out.binary("AddV2", square, out.scalarLike(x, epsilon)));
      TfValue y = out.cast(out.binary("Mul", x, inverse), out.in(1).type());
      out.out(out.binary("Mul", y, out.in(1)));
      return;
    }
    Normalized normalized = normalize(x, epsilon, out, axes);
    TfValue y = out.binary("Mul", out.cast(normalized.value(), given.type()), out.in(1));
    out.out(out.has(2) ? out.binary("AddV2", y, out.in(2)) : y);
    out.out(1, normalized.mean());
    out.out(2, normalized.inverse());
  }

  private static TfValue lp(OnnxOp n, TfEmitter out) {
    TfValue x = out.in(0);
    int axis = out.axis(n.integer("axis", -1), out.rank(x));
    TfValue norm =
        n.integer("p", 2) == 1
            ? out.reduce("Sum", out.unary("Abs", x), true, axis)
            : out.unary("Sqrt", out.reduce("Sum", out.unary("Square", x), true, axis));
    return out.broadcasting("DivNoNan", Map.of(), x, norm);
  }

  private static TfValue meanVariance(OnnxOp n, TfEmitter out) {
    TfValue x = out.in(0);
    long[] given = n.integers("axes");
    int[] axes = out.axes(given == null ? new long[] {0, 2, 3} : given, out.rank(x));
    TfValue centered = out.binary("Sub", x, out.reduce("Mean", x, true, axes));
    TfValue deviation =
        out.unary("Sqrt", out.reduce("Mean", out.unary("Square", centered), true, axes));
    return out.binary(
        "RealDiv", centered, out.binary("AddV2", deviation, out.scalarLike(x, MVN_EPSILON)));
  }
}
