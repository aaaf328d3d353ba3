package org.betavae.train.optimizer;

import java.util.ArrayList;
import java.util.List;
import org.betavae.train.network.Weights.Weight;
import org.tensorflow.Operand;
import org.tensorflow.Output;
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
 * correction, as TensorFlow and disentanglement_lib have it. The powers β₁ᵗ and β₂ᵗ are fed, worked
 * out from the step, so there is no state whose update could be overtaken.
 *
 * @param beta1 decay of the first moment, in [0, 1)
 * @param beta2 decay of the second moment, in [0, 1)
 * @param epsilon added to √v, above 0
 */
public record Adam(double beta1, double beta2, double epsilon) {
  /** disentanglement_lib's defaults, which are TensorFlow's. */
  public static final Adam DEFAULT = new Adam(0.9, 0.999, 1e-8);

  public Adam {
    requireDecay("beta1", beta1);
    requireDecay("beta2", beta2);
    if (!(epsilon > 0 && epsilon < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "Adam's epsilon is " + epsilon + ", expected a finite number > 0.");
    }
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
   * @param learningRate placeholder, scalar α
   * @param beta1Power placeholder, scalar β₁ᵗ with t = 1 at the first step
   * @param beta2Power placeholder, scalar β₂ᵗ
   * @param moments one entry a weight
   * @param update runs one step
   */
  public record InGraph(
      Placeholder<TFloat32> learningRate,
      Placeholder<TFloat32> beta1Power,
      Placeholder<TFloat32> beta2Power,
      List<Moments> moments,
      Op update) {}

  /**
   * Adds moments and updates to a graph.
   *
   * @param weights what is updated
   * @param gradients one a weight, in the same order
   */
  public InGraph build(Ops root, List<Weight> weights, Output<?>[] gradients) {
    Ops tf = root.withSubScope("adam");
    Placeholder<TFloat32> learningRate = scalar(tf, "learning_rate");
    Placeholder<TFloat32> beta1Power = scalar(tf, "beta1_power");
    Placeholder<TFloat32> beta2Power = scalar(tf, "beta2_power");
    Operand<TFloat32> b1 = tf.constant((float) beta1);
    Operand<TFloat32> b2 = tf.constant((float) beta2);
    Operand<TFloat32> eps = tf.constant((float) epsilon);
    List<Moments> moments = new ArrayList<>();
    List<Op> updates = new ArrayList<>();
    for (int i = 0; i < gradients.length; i++) {
      Moments m = moments(tf, weights.get(i));
      moments.add(m);
      @SuppressWarnings("unchecked") // the gradient of a float32 weight is float32
      Output<TFloat32> gradient = (Output<TFloat32>) gradients[i];
      updates.add(
          tf.train.applyAdam(
              m.weight().variable(),
              m.first(),
              m.second(),
              beta1Power,
              beta2Power,
              learningRate,
              b1,
              b2,
              eps,
              gradient));
    }
    Op update = tf.withName("update").withControlDependencies(updates).noOp();
    return new InGraph(learningRate, beta1Power, beta2Power, moments, update);
  }

  /** β₁ᵗ as float32, for step t counted from 1. */
  public float beta1Power(long step) {
    return (float) StrictMath.pow(beta1, (double) step);
  }

  /** β₂ᵗ as float32, for step t counted from 1. */
  public float beta2Power(long step) {
    return (float) StrictMath.pow(beta2, (double) step);
  }

  private static Moments moments(Ops tf, Weight weight) {
    String name = weight.name();
    Placeholder<TFloat32> value =
        tf.withName(name + "/value")
            .placeholder(TFloat32.class, Placeholder.shape(weight.tensorShape()));
    Variable<TFloat32> first =
        tf.withName(name + "/m").variable(weight.tensorShape(), TFloat32.class);
    Variable<TFloat32> second =
        tf.withName(name + "/v").variable(weight.tensorShape(), TFloat32.class);
    return new Moments(
        weight, first, second, value, tf.assign(first, value), tf.assign(second, value));
  }

  private static Placeholder<TFloat32> scalar(Ops tf, String name) {
    return tf.withName(name)
        .placeholder(TFloat32.class, Placeholder.shape(org.tensorflow.ndarray.Shape.scalar()));
  }

  private static void requireDecay(String name, double value) {
    if (!(value >= 0 && value < 1)) {
      throw new IllegalArgumentException(
          "Adam's " + name + " is " + value + ", expected a number in [0, 1).");
    }
  }
}
