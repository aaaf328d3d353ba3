package org.betavae.train;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.betavae.train.network.Pass;
import org.betavae.train.network.Weights.Weight;
import org.betavae.train.objective.Objective;
import org.betavae.train.optimizer.Adam;
import org.betavae.train.optimizer.GradientClip;
import org.betavae.train.optimizer.Optimizer;
import org.betavae.train.optimizer.OptimizerSettings;
import org.betavae.train.optimizer.WeightAverage;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Operation;
import org.tensorflow.Output;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * What a training step changes: the model's weights and their average, the adversary's weights, and
 * moving statistics. Changes wait for all gradients and terms, since variables are read in place.
 */
final class Updates {
  /** The term of that name is there when gradients are clipped. */
  static final String GRADIENT_NORM = "gradient_norm";

  /** How slowly batch norm's statistics follow, TensorFlow's and Keras' default. */
  private static final float STATISTICS_MOMENTUM = 0.99f;

  private final List<Optimized> optimizers = new ArrayList<>();
  private final Optional<Averaged> average;
  private final List<String> names;
  private final Operand<TFloat32> terms;
  private final Op run;

  /**
   * Some weights and what updates them.
   *
   * @param adversary whether they are the adversary's
   */
  record Optimized(Optimizer rule, Optimizer.InGraph inGraph, boolean adversary) {}

  /** The average of the model's weights. */
  record Averaged(WeightAverage rule, WeightAverage.InGraph inGraph) {}

  /** Weights with their gradients. */
  private record Descent(List<Weight> weights, List<Output<TFloat32>> gradients) {
    static Descent of(Graph graph, Pass pass, Operand<TFloat32> loss, boolean adversary) {
      List<Weight> weights = pass.weights().trained(Objective.ADVERSARY, adversary);
      if (weights.isEmpty()) {
        throw new IllegalArgumentException(
            "freeze leaves no weight to be trained, expected at least one. Freeze less.");
      }
      Output<?>[] variables =
          weights.stream().map(w -> w.variable().asOutput()).toArray(Output<?>[]::new);
      List<Output<TFloat32>> gradients = new ArrayList<>();
      for (Output<?> gradient : graph.addGradients(loss.asOutput(), variables)) {
        gradients.add(gradient.expect(TFloat32.class));
      }
      return new Descent(weights, gradients);
    }
  }

  /**
   * Adds them to a graph.
   *
   * @param pass the training pass, complete
   * @param scalars terms to be fetched in every step
   */
  Updates(
      Graph graph,
      Pass pass,
      OptimizerSettings settings,
      Objective.Loss loss,
      Map<String, Operand<TFloat32>> scalars) {
    Ops tf = pass.tf();
    Map<String, Operand<TFloat32>> all = new LinkedHashMap<>(scalars);
    Descent model = Descent.of(graph, pass, loss.total(), false);
    Optional<Descent> adversary = loss.adversary().map(l -> Descent.of(graph, pass, l, true));
    List<Output<TFloat32>> gradients = model.gradients();
    if (settings.clipNorm() > 0) {
      GradientClip.Clipped clipped = GradientClip.byGlobalNorm(tf, gradients, settings.clipNorm());
      gradients = clipped.gradients();
      all.put(GRADIENT_NORM, clipped.norm());
    }
    names = List.copyOf(all.keySet());
    terms = tf.stack(new ArrayList<>(all.values()));
    Ops ready = tf.withControlDependencyOps(before(model, adversary));

    Optimizer rule = settings.newOptimizer();
    Optimizer.InGraph inGraph = rule.build(ready, rule.name(), model.weights(), gradients);
    optimizers.add(new Optimized(rule, inGraph, false));
    adversary.ifPresent(
        a ->
            optimizers.add(
                new Optimized(
                    Adam.ADVERSARY,
                    Adam.ADVERSARY.build(ready, Adam.ADVERSARY.name(), a.weights(), a.gradients()),
                    true)));
    average =
        settings
            .newAverage()
            .map(a -> new Averaged(a, a.build(tf, model.weights(), inGraph.update())));

    List<Op> changes = new ArrayList<>(pass.statisticUpdates(ready, STATISTICS_MOMENTUM));
    optimizers.forEach(o -> changes.add(o.inGraph().update()));
    average.ifPresent(a -> changes.add(a.inGraph().update()));
    run = tf.withName("step").withControlDependencies(changes).noOp();
  }

  private List<Operation> before(Descent model, Optional<Descent> adversary) {
    List<Operation> before = new ArrayList<>(List.of(terms.op()));
    Stream.concat(Stream.of(model), adversary.stream())
        .flatMap(descent -> descent.gradients().stream())
        .forEach(gradient -> before.add(gradient.op()));
    return before;
  }

  /** The model's, and the adversary's if there is one. */
  List<Optimized> optimizers() {
    return optimizers;
  }

  Optional<Averaged> average() {
    return average;
  }

  /** Names of {@link #terms}. */
  List<String> names() {
    return names;
  }

  /** One value for each of {@link #names}. */
  Operand<TFloat32> terms() {
    return terms;
  }

  /** What a checkpoint holds beside the weights. */
  List<Optimizer.Slot> slots() {
    List<Optimizer.Slot> slots = new ArrayList<>();
    optimizers.forEach(o -> slots.addAll(o.inGraph().slots()));
    average.ifPresent(a -> slots.addAll(a.inGraph().slots()));
    return slots;
  }

  /** Runs one step. */
  Op run() {
    return run;
  }
}
