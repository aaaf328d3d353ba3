package org.betavae.train.network;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * One way through a graph: the pass that trains, or one that only evaluates. Layers, likelihoods
 * and objectives add their operations through it and take their weights from it.
 */
public final class Pass {
  private final Ops tf;
  private final Weights weights;
  private final Shared shared;

  /** What the towers of one pass have in common. */
  private static final class Shared {
    final boolean training;
    final Ops root;
    final Map<String, List<Operand<TFloat32>>> observed = new LinkedHashMap<>();
    Placeholder<TInt32> random;
    int draws;
    boolean evenChannels;

    Shared(boolean training, Ops root) {
      this.training = training;
      this.root = root;
    }
  }

  private Pass(Ops tf, Weights weights, Shared shared) {
    this.tf = tf;
    this.weights = weights;
    this.shared = shared;
  }

  /** The pass that trains: dropout drops, and batch norm uses the batch's statistics. */
  public static Pass training(Ops tf, Weights weights) {
    return new Pass(tf, weights, new Shared(true, tf));
  }

  /** A pass that evaluates, encodes or decodes. */
  public static Pass inference(Ops tf, Weights weights) {
    return new Pass(tf, weights, new Shared(false, tf));
  }

  /** The same pass with another scope in operations' names; a tower has one of its own. */
  public Pass in(String scope) {
    return new Pass(tf.withSubScope(scope), weights, shared);
  }

  /** Where operations are added. */
  public Ops tf() {
    return tf;
  }

  /** Where variables come from. */
  public Weights weights() {
    return weights;
  }

  /**
   * Sets whether convolutions get an even number of channels; off at first.
   *
   * @return this pass
   */
  public Pass withEvenChannels(boolean wanted) {
    shared.evenChannels = wanted;
    return this;
  }

  /** Whether convolutions get an even number of channels, see {@link EvenChannels}. */
  public boolean evenChannels() {
    return shared.evenChannels;
  }

  /** Whether this is the pass that trains. */
  public boolean training() {
    return shared.training;
  }

  /**
   * A seed for a stateless random operation, {@code [2]}: another one at each call and at each
   * step, the same in a repeated run. Nothing flows back through it.
   */
  public Operand<TInt32> seed() {
    if (shared.random == null) {
      shared.random =
          shared.root.withName("random").placeholder(TInt32.class, Placeholder.shape(Shape.of(2)));
    }
    return tf.math.add(shared.random, tf.constant(new int[] {shared.draws++, 0}));
  }

  /** The placeholder behind {@link #seed}, {@code [2]}, to be fed if anything asked for a seed. */
  public Optional<Placeholder<TInt32>> random() {
    return Optional.ofNullable(shared.random);
  }

  /**
   * Notes a batch's value of a moving statistic, such as batch norm's mean. Several towers' values
   * are averaged.
   *
   * @param statistic name of the weight that follows it, see {@link Weights#statistic}
   * @param value of the weight's shape
   */
  public void observe(String statistic, Operand<TFloat32> value) {
    shared.observed.computeIfAbsent(statistic, s -> new ArrayList<>()).add(value);
  }

  /**
   * Updates of all moving statistics: s ← m s + (1 − m) · observed.
   *
   * @param tf where to add them; with all that still reads the statistics as its control
   *     dependencies, since a variable changes in place
   * @param momentum m, in [0, 1)
   */
  public List<Op> statisticUpdates(Ops tf, float momentum) {
    List<Op> updates = new ArrayList<>();
    shared.observed.forEach(
        (name, values) -> {
          Operand<TFloat32> sum = values.size() == 1 ? values.get(0) : tf.math.addN(values);
          Operand<TFloat32> mean = tf.math.mul(sum, tf.constant(1f / values.size()));
          var variable = weights.find(name).variable();
          Operand<TFloat32> change =
              tf.math.mul(tf.math.sub(mean, variable), tf.constant(1 - momentum));
          updates.add(tf.assignAdd(variable, change));
        });
    return updates;
  }
}
