package org.betavae.train.optimizer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.betavae.train.network.Weights;
import org.betavae.train.network.Weights.Weight;
import org.tensorflow.Operand;
import org.tensorflow.Operation;
import org.tensorflow.Output;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Assign;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.Variable;
import org.tensorflow.types.TFloat32;

/**
 * Adam: m ← β₁ m + (1 − β₁) g, v ← β₂ v + (1 − β₂) g², w ← w − α √(1 − β₂ᵗ) / (1 − β₁ᵗ) · m / (√v +
 * ε).
 *
 * <p>Source: Kingma and Ba 2015, arXiv:1412.6980, section 2, the form with ε outside of the
 * correction, as TensorFlow and disentanglement_lib have it. The corrected rate α √(1 − β₂ᵗ) / (1 −
 * β₁ᵗ) is worked out in double precision and fed, so there is no power of β whose update could be
 * overtaken or whose digits could be lost in 1 − β₂ᵗ.
 *
 * @param beta1 decay of the first moment, in [0, 1)
 * @param beta2 decay of the second moment, in [0, 1)
 * @param epsilon added to √v, above 0
 */
public record Adam(double beta1, double beta2, double epsilon) implements Optimizer {
  /** disentanglement_lib's defaults, which are TensorFlow's. */
  public static final Adam DEFAULT = new Adam(0.9, 0.999, 1e-8);

  /** disentanglement_lib's for the discriminator of FactorVAE. */
  public static final Adam ADVERSARY = new Adam(0.5, 0.9, 1e-8);

  public Adam {
    Checks.decay("adam-beta1", beta1, "The usual value is 0.9.");
    Checks.decay("adam-beta2", beta2, "The usual value is 0.999.");
    Checks.positive("epsilon", epsilon, "The usual value is 1e-8.");
  }

  @Override
  public String name() {
    return "adam";
  }

  /** One fed value, {@link #correctedRate}; slots {@code m} and {@code v}. */
  @Override
  public Optimizer.InGraph build(
      Ops tf, String prefix, List<Weight> weights, List<Output<TFloat32>> gradients) {
    UpdateBuilder builder = new UpdateBuilder(tf, prefix);
    return builder.build(weights, gradients, rule(builder));
  }

  @Override
  public void feeds(double rate, long step, float[] target) {
    target[0] = correctedRate(rate, step);
  }

  UpdateBuilder.Rule rule(UpdateBuilder builder) {
    Operand<TFloat32> rate = builder.fed("corrected_rate");
    Operand<TFloat32> noPower = builder.constant(0);
    Operand<TFloat32> b1 = builder.constant(beta1);
    Operand<TFloat32> b2 = builder.constant(beta2);
    Operand<TFloat32> eps = builder.constant(epsilon);
    return (tf, weight, gradient) ->
        tf.train.applyAdam(
            weight.variable(),
            builder.slot(weight, "m", 0),
            builder.slot(weight, "v", 0),
            noPower,
            noPower,
            rate,
            b1,
            b2,
            eps,
            gradient);
  }

  /**
   * The moments of one weight.
   *
   * @param weight the weight that they belong to
   * @param first m
   * @param second v
   * @param value placeholder of the weight's shape
   * @param assignFirst sets m to the placeholder
   * @param assignSecond sets v to the placeholder
   */
  public record Moments(
      Weight weight,
      Variable<TFloat32> first,
      Variable<TFloat32> second,
      Placeholder<TFloat32> value,
      Assign<TFloat32> assignFirst,
      Assign<TFloat32> assignSecond) {}

  /**
   * The optimiser in a graph.
   *
   * @param correctedRate placeholder, scalar, to be fed {@link Adam#correctedRate}
   * @param moments one entry a weight
   * @param update runs one step
   */
  public record InGraph(Placeholder<TFloat32> correctedRate, List<Moments> moments, Op update) {}

  /**
   * Adds moments and updates to a graph.
   *
   * @param weights what is updated
   * @param gradients one a weight, in the same order
   */
  public InGraph build(Ops root, List<Weight> weights, Output<?>[] gradients) {
    Ops tf = root.withSubScope("adam");
    Placeholder<TFloat32> correctedRate =
        tf.withName("corrected_rate")
            .placeholder(TFloat32.class, Placeholder.shape(Shape.scalar()));
    Operand<TFloat32> noPower = tf.constant(0f);
    Operand<TFloat32> b1 = tf.constant((float) beta1);
    Operand<TFloat32> b2 = tf.constant((float) beta2);
    Operand<TFloat32> eps = tf.constant((float) epsilon);
    // Reference variables are read in place: an update that came before the last gradient would
    // change what that gradient is computed from.
    List<Operation> all = Arrays.stream(gradients).<Operation>map(Output::op).toList();
    Op ready = tf.withName("gradients").withControlDependencyOps(all).noOp();
    Ops afterGradients = tf.withControlDependencies(ready);
    List<Moments> moments = new ArrayList<>();
    List<Op> updates = new ArrayList<>();
    for (int i = 0; i < gradients.length; i++) {
      Moments m = moments(tf, weights.get(i));
      moments.add(m);
      @SuppressWarnings("unchecked") // the gradient of a float32 weight is float32
      Output<TFloat32> gradient = (Output<TFloat32>) gradients[i];
      updates.add(
          afterGradients.train.applyAdam(
              m.weight().variable(),
              m.first(),
              m.second(),
              noPower,
              noPower,
              correctedRate,
              b1,
              b2,
              eps,
              gradient));
    }
    Op update = tf.withName("update").withControlDependencies(updates).noOp();
    return new InGraph(correctedRate, moments, update);
  }

  /**
   * α √(1 − β₂ᵗ) / (1 − β₁ᵗ).
   *
   * @param rate learning rate α
   * @param step t, counted from 1
   */
  public float correctedRate(double rate, long step) {
    // The betas as the graph holds them, so that the correction cancels exactly.
    double b1 = (float) beta1;
    double b2 = (float) beta2;
    double t = (double) step;
    return (float)
        (rate * StrictMath.sqrt(1 - StrictMath.pow(b2, t)) / (1 - StrictMath.pow(b1, t)));
  }

  private static Moments moments(Ops tf, Weight weight) {
    String name = weight.name();
    Placeholder<TFloat32> value =
        Weights.named(tf, name + "_value")
            .placeholder(TFloat32.class, Placeholder.shape(weight.tensorShape()));
    Variable<TFloat32> first =
        Weights.named(tf, name + "_m").variable(weight.tensorShape(), TFloat32.class);
    Variable<TFloat32> second =
        Weights.named(tf, name + "_v").variable(weight.tensorShape(), TFloat32.class);
    return new Moments(
        weight, first, second, value, tf.assign(first, value), tf.assign(second, value));
  }
}
