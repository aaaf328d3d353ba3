package org.betavae.train.imported;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.betavae.export.ElementType;
import org.betavae.export.tf.TfGraph;
import org.betavae.export.tf.TfNode;
import org.betavae.export.tf.TfOutput;

/**
 * A batch norm as exports for inference have it: one FusedBatchNorm, or spelt out as {@code x s +
 * (β − m s)} with {@code s = γ / √(v + ε)}, which is what Keras makes of it.
 *
 * @param x what is normed
 * @param gamma γ; empty for 1
 * @param beta β; empty for 0
 * @param mean m, a constant or variable
 * @param variance v, likewise
 * @param epsilon ε
 * @param last the normed values
 */
record BatchNormForm(
    TfOutput x,
    Optional<TfOutput> gamma,
    Optional<TfOutput> beta,
    TfNode mean,
    TfNode variance,
    float epsilon,
    TfOutput last) {
  private static final Set<String> FUSED =
      Set.of("FusedBatchNorm", "FusedBatchNormV2", "FusedBatchNormV3");

  /** TensorFlow's default for the fused operators. */
  private static final float FUSED_EPSILON = 1e-4f;

  /** Operators that give what they read. */
  private static final Set<String> SAME = Set.of("Identity", "ReadVariableOp", "StopGradient");

  /** {@code s} with what it was made of. */
  private record Scale(TfNode variance, float epsilon, Optional<TfOutput> gamma) {}

  static List<BatchNormForm> find(TfGraph graph) {
    List<BatchNormForm> forms = new ArrayList<>();
    for (TfNode node : graph.nodes()) {
      (FUSED.contains(node.op()) ? fused(node) : speltOut(node)).ifPresent(forms::add);
    }
    return forms;
  }

  private static Optional<BatchNormForm> fused(TfNode n) {
    boolean training = !n.has("is_training") || n.flag("is_training");
    TfNode mean = constant(n.inputs().get(3));
    TfNode variance = constant(n.inputs().get(4));
    if (training || mean == null || variance == null) {
      return Optional.empty();
    }
    return Optional.of(
        new BatchNormForm(
            n.inputs().get(0),
            Optional.of(n.inputs().get(1)),
            Optional.of(n.inputs().get(2)),
            mean,
            variance,
            n.number("epsilon", FUSED_EPSILON),
            new TfOutput(n, 0)));
  }

  private static Optional<BatchNormForm> speltOut(TfNode sum) {
    return pairs(sum, "AddV2", "Add")
        .flatMap(
            p ->
                pairs(source(p[0]), "Mul")
                    .flatMap(m -> shifted(sum, m[0], m[1], source(p[1])).stream()))
        .findFirst();
  }

  /** x s + shift, where the shift is β − m s, or −m s. */
  private static Optional<BatchNormForm> shifted(TfNode sum, TfOutput x, TfOutput s, TfNode shift) {
    Optional<Scale> scale = scale(s);
    if (scale.isEmpty() || shift == null) {
      return Optional.empty();
    }
    TfNode mean = null;
    Optional<TfOutput> beta = Optional.empty();
    if (shift.op().equals("Sub")) {
      beta = Optional.of(shift.inputs().get(0));
      mean = factor(source(shift.inputs().get(1)), s, false);
    } else if (shift.op().equals("Mul")) {
      mean = factor(shift, s, true);
    }
    if (mean == null || mean.value().size() != scale.get().variance().value().size()) {
      return Optional.empty();
    }
    return Optional.of(
        new BatchNormForm(
            x,
            scale.get().gamma(),
            beta,
            mean,
            scale.get().variance(),
            scale.get().epsilon(),
            new TfOutput(sum, 0)));
  }

  /** m of m s, or of −m s. */
  private static TfNode factor(TfNode product, TfOutput s, boolean negative) {
    return pairs(product, "Mul")
        .filter(p -> same(p[1]).equals(same(s)))
        .map(
            p -> {
              TfNode m = source(p[0]);
              boolean negated = m != null && m.op().equals("Neg");
              return negated == negative ? constant(negated ? m.inputs().get(0) : p[0]) : null;
            })
        .filter(m -> m != null)
        .findFirst()
        .orElse(null);
  }

  private static Optional<Scale> scale(TfOutput s) {
    TfNode node = source(s);
    Optional<Scale> plain = inverseDeviation(node, Optional.empty());
    return plain.isPresent()
        ? plain
        : pairs(node, "Mul")
            .flatMap(p -> inverseDeviation(source(p[0]), Optional.of(p[1])).stream())
            .findFirst();
  }

  private static Optional<Scale> inverseDeviation(TfNode rsqrt, Optional<TfOutput> gamma) {
    if (rsqrt == null || !rsqrt.op().equals("Rsqrt")) {
      return Optional.empty();
    }
    return pairs(source(rsqrt.inputs().get(0)), "AddV2", "Add")
        .filter(p -> constant(p[0]) != null && isNumber(constant(p[1])))
        .map(
            p ->
                new Scale(
                    constant(p[0]), constant(p[1]).value().data().asFloatBuffer().get(0), gamma))
        .findFirst();
  }

  private static boolean isNumber(TfNode node) {
    return node != null && node.variable() == TfNode.Variable.NONE && node.value().size() == 1;
  }

  /** The two inputs of a node in both orders, if it is one of these operators. */
  private static Stream<TfOutput[]> pairs(TfNode node, String... ops) {
    if (node == null || node.inputs().size() != 2 || !Set.of(ops).contains(node.op())) {
      return Stream.of();
    }
    TfOutput a = node.inputs().get(0);
    TfOutput b = node.inputs().get(1);
    return Stream.of(new TfOutput[] {a, b}, new TfOutput[] {b, a});
  }

  /** A constant or variable of float32, or null. */
  private static TfNode constant(TfOutput value) {
    TfNode node = source(value);
    boolean holds =
        node != null && node.value() != null && node.value().type() == ElementType.FLOAT32;
    return holds ? node : null;
  }

  private static TfNode source(TfOutput value) {
    return value == null ? null : same(value).node();
  }

  /** Where a value comes from, passing by what leaves it as it is. */
  static TfOutput same(TfOutput value) {
    TfOutput at = value;
    while (SAME.contains(at.node().op())) {
      at = at.node().inputs().get(0);
    }
    return at;
  }
}
