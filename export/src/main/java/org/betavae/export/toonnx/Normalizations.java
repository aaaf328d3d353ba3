package org.betavae.export.toonnx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.Dim;
import org.betavae.export.onnx.OnnxGraph;
import org.betavae.export.onnx.OnnxNode;
import org.betavae.export.onnx.OnnxValue;

/**
 * (x - mean) / sqrt(variance + epsilon), as Keras' LayerNormalization and GroupNormalization and
 * {@code tf.nn.moments} write it, to {@code LayerNormalization} (from operator set 17) where the
 * last axes are normalised, and to {@code InstanceNormalization} where all behind the second are.
 * Constant factors and terms behind it become its scale and bias.
 */
final class Normalizations implements Rewrite {
  /** What is normalised, and by what: y = (x - mean) / sqrt(variance + epsilon). */
  private record Core(OnnxValue x, OnnxValue mean, List<Long> axes, double epsilon) {}

  @Override
  public boolean apply(OnnxGraph graph) {
    return Rewrite.untilStable(graph, n -> step(graph, n));
  }

  private static boolean step(OnnxGraph graph, OnnxNode n) {
    if (n.outputs().size() != 1 || n.output().type() != ElementType.FLOAT32) {
      return false;
    }
    OnnxValue y =
        switch (n.op()) {
          case "Add" -> spread(graph, n);
          case "Mul" -> centred(graph, n, false);
          case "Div" -> centred(graph, n, true);
          default -> null;
        };
    if (y == null) {
      y = intoScaleOrBias(graph, n);
    }
    if (y == null || !y.shape().equals(n.output().shape())) {
      return false;
    }
    Build.replace(graph, n.output(), y);
    return true;
  }

  /** (x - mean) times or over the deviation. */
  private static OnnxValue centred(OnnxGraph graph, OnnxNode n, boolean divided) {
    for (int i = 0; i < (divided ? 1 : 2); i++) {
      OnnxNode d = n.input(i).producer();
      OnnxValue gate = n.input(1 - i);
      if (d == null || !d.is("Sub")) {
        continue;
      }
      List<OnnxValue> factors = new ArrayList<>();
      Core core = divided ? core(gate.producer()) : inverse(gate, factors);
      if (core != null && d.input(0) == core.x() && d.input(1) == core.mean()) {
        return emit(graph, n, core, factors.isEmpty() ? null : factors.get(0), null);
      }
    }
    return null;
  }

  /** x s + (bias - mean s), where s = scale / deviation. */
  private static OnnxValue spread(OnnxGraph graph, OnnxNode n) {
    for (int i = 0; i < 2; i++) {
      OnnxNode product = n.input(i).producer();
      if (product == null || !product.is("Mul")) {
        continue;
      }
      for (int j = 0; j < 2; j++) {
        List<OnnxValue> factors = new ArrayList<>();
        OnnxValue s = product.input(1 - j);
        Core core = inverse(s, factors);
        if (core == null || product.input(j) != core.x()) {
          continue;
        }
        List<OnnxValue> bias = new ArrayList<>();
        if (takesMeanAway(n.input(1 - i), core.mean(), s, bias)) {
          return emit(
              graph,
              n,
              core,
              factors.isEmpty() ? null : factors.get(0),
              bias.isEmpty() ? null : bias.get(0));
        }
      }
    }
    return null;
  }

  /** True for -mean s, with a constant added or not. */
  private static boolean takesMeanAway(
      OnnxValue v, OnnxValue mean, OnnxValue s, List<OnnxValue> bias) {
    OnnxNode n = v.producer();
    if (n == null) {
      return false;
    }
    if (n.is("Sub") && n.input(0).isConstant()) {
      bias.add(n.input(0));
      return isProduct(n.input(1), mean, s);
    }
    if (n.is("Add")) {
      int constant = n.input(0).isConstant() ? 0 : 1;
      if (n.input(constant).isConstant()) {
        bias.add(n.input(constant));
        return takesMeanAway(n.input(1 - constant), mean, s, new ArrayList<>());
      }
      return false;
    }
    if (n.is("Neg")) {
      return isProduct(n.input(0), mean, s);
    }
    for (int i = 0; i < 2 && n.is("Mul"); i++) {
      OnnxNode negative = n.input(i).producer();
      if (n.input(1 - i) == s
          && negative != null
          && negative.is("Neg")
          && negative.input(0) == mean) {
        return true;
      }
    }
    return false;
  }

  private static boolean isProduct(OnnxValue v, OnnxValue a, OnnxValue b) {
    OnnxNode n = v.producer();
    return n != null
        && n.is("Mul")
        && ((n.input(0) == a && n.input(1) == b) || (n.input(0) == b && n.input(1) == a));
  }

  /** 1 / deviation, times a constant, which is added to the list, or not. */
  private static Core inverse(OnnxValue v, List<OnnxValue> factors) {
    OnnxNode n = v.producer();
    if (n != null && n.is("Mul")) {
      int constant = n.input(0).isConstant() ? 0 : 1;
      if (!n.input(constant).isConstant()) {
        return null;
      }
      factors.add(n.input(constant));
      n = n.input(1 - constant).producer();
    }
    return n != null && n.is("Reciprocal") ? core(n.input(0).producer()) : null;
  }

  /** The core whose deviation is the output of this node. */
  private static Core core(OnnxNode root) {
    if (root == null || !root.is("Sqrt")) {
      return null;
    }
    Pattern.Shifted shifted = Pattern.shifted(root.input(0).producer());
    OnnxNode variance = shifted == null ? null : shifted.value().producer();
    List<Long> axes = meanAxes(variance);
    OnnxNode square = axes == null ? null : variance.input(0).producer();
    if (square == null || !isSquare(square)) {
      return null;
    }
    OnnxNode difference = square.input(0).producer();
    if (difference == null || !difference.is("Sub")) {
      return null;
    }
    OnnxValue x = difference.input(0);
    OnnxValue mean = difference.input(1);
    boolean own = axes.equals(meanAxes(mean.producer())) && mean.producer().input(0) == x;
    return own ? new Core(x, mean, axes, shifted.term()) : null;
  }

  private static boolean isSquare(OnnxNode n) {
    return (n.is("Mul") && n.input(0) == n.input(1))
        || (n.is("Pow") && Pattern.isNumber(n.input(1), 2));
  }

  /** The axes of a mean that keeps them, in order; null for anything else. */
  private static List<Long> meanAxes(OnnxNode n) {
    if (n == null
        || !n.is("ReduceMean")
        || n.integer("keepdims", 1) == 0
        || n.input(0).rank() < 1) {
      return null;
    }
    long[] axes = n.integers("axes");
    if (axes == null) {
      OnnxValue given = n.input(1);
      if (given == null || !given.isConstant()) {
        return null;
      }
      axes = given.constant().toLongs();
    }
    int rank = n.input(0).rank();
    return Arrays.stream(axes).map(a -> a < 0 ? a + rank : a).sorted().boxed().toList();
  }

  private static OnnxValue emit(
      OnnxGraph graph, OnnxNode n, Core core, OnnxValue scale, OnnxValue bias) {
    int rank = core.x().rank();
    int first = rank - core.axes().size();
    boolean last = core.axes().size() > 0 && core.axes().get(0) == first;
    for (int i = 1; i < core.axes().size() && last; i++) {
      last = core.axes().get(i) == first + i;
    }
    if (!last) {
      return null;
    }
    OnnxValue y =
        first == 2 && rank > 3
            ? instance(graph, n, core)
            : graph.opset() >= 17 ? layer(graph, n, core, first) : null;
    if (y != null && scale != null) {
      y = graph.node("Mul", n.name() + "/Mul", List.of(y, scale), Map.of());
    }
    if (y != null && bias != null) {
      y = graph.node("Add", n.name() + "/Add", List.of(y, bias), Map.of());
    }
    return y;
  }

  private static OnnxValue layer(OnnxGraph graph, OnnxNode n, Core core, int axis) {
    List<Dim> dims = core.x().shape().subList(axis, core.x().rank());
    if (!dims.stream().allMatch(Dim::isKnown)) {
      return null;
    }
    long[] shape = dims.stream().mapToLong(Dim::value).toArray();
    OnnxValue ones =
        graph.constant(n.name() + "/scale", Tensor.ofDoubles(core.x().type(), shape, i -> 1));
    return graph.node(
        "LayerNormalization",
        n.name(),
        List.of(core.x(), ones),
        Map.of("axis", (long) axis, "epsilon", (float) core.epsilon()));
  }

  private static OnnxValue instance(OnnxGraph graph, OnnxNode n, Core core) {
    Dim channels = core.x().shape().get(1);
    if (!channels.isKnown()) {
      return null;
    }
    long[] shape = {channels.value()};
    ElementType type = core.x().type();
    return graph.node(
        "InstanceNormalization",
        n.name(),
        List.of(
            core.x(),
            graph.constant(n.name() + "/scale", Tensor.ofDoubles(type, shape, i -> 1)),
            graph.constant(n.name() + "/bias", Tensor.ofDoubles(type, shape, i -> 0))),
        Map.of("epsilon", (float) core.epsilon()));
  }

  /** A constant behind a norm that only this node reads. */
  private static OnnxValue intoScaleOrBias(OnnxGraph graph, OnnxNode n) {
    if (!n.is("Mul") && !n.is("Add")) {
      return null;
    }
    int constant = n.input(1).isConstant() ? 1 : 0;
    OnnxValue y = n.input(1 - constant);
    OnnxNode norm = y.producer();
    boolean ours =
        n.input(constant).isConstant()
            && norm != null
            && (norm.is("LayerNormalization") || norm.is("InstanceNormalization"))
            && y.users().size() == 1
            && !graph.isOutput(y)
            && norm.input(1).isConstant()
            && (norm.input(2) == null || norm.input(2).isConstant());
    Tensor c = ours ? parameter(n.input(constant).constant(), norm) : null;
    if (c == null) {
      return null;
    }
    boolean times = n.is("Mul");
    Tensor scale = norm.input(1).constant();
    Tensor bias = norm.input(2) == null ? null : norm.input(2).constant();
    List<OnnxValue> in = new ArrayList<>(List.of(norm.input(0)));
    in.add(
        times
            ? constant(graph, norm.input(1), scale, i -> scale.doubleAt(i) * c.doubleAt(i))
            : norm.input(1));
    if (!times) {
      in.add(
          constant(
              graph,
              n.input(constant),
              scale,
              i -> (bias == null ? 0 : bias.doubleAt(i)) + c.doubleAt(i)));
    } else if (bias != null) {
      in.add(constant(graph, norm.input(2), scale, i -> bias.doubleAt(i) * c.doubleAt(i)));
    }
    return graph.node(norm.op(), norm.name(), in, norm.attributes());
  }

  private static OnnxValue constant(
      OnnxGraph graph, OnnxValue named, Tensor like, java.util.function.IntToDoubleFunction f) {
    return graph.constant(named.name(), Tensor.ofDoubles(like.type(), like.shape(), f));
  }

  /** A constant in the shape of the norm's scale; null if it varies along another axis. */
  private static Tensor parameter(Tensor c, OnnxNode norm) {
    int rank = norm.input(0).rank();
    if (c.rank() > rank) {
      return null;
    }
    Tensor wide = Build.toRank(c, rank);
    Tensor scale = norm.input(1).constant();
    int axis = norm.is("InstanceNormalization") ? 1 : (int) norm.integer("axis", -1);
    for (int i = 0; i < rank; i++) {
      boolean own = i >= axis && i < axis + scale.rank();
      long size = own ? scale.dim(i - axis) : 1;
      if (wide.dim(i) != size && wide.dim(i) != 1) {
        return null;
      }
    }
    int[] from = wide.strides();
    int[] stride = new int[scale.rank()];
    for (int i = 0; i < stride.length; i++) {
      stride[i] = wide.dim(axis + i) == 1 ? 0 : from[axis + i];
    }
    return wide.gather(scale.shape(), stride, 0);
  }
}
