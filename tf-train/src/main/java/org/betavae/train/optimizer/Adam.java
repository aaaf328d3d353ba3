package org.betavae.train.optimizer;

import java.util.List;
import org.betavae.train.network.Weights.Weight;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.op.Ops;
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
    Checks.epsilon(epsilon, "The usual value is 1e-8.");
  }

  @Override
  public String name() {
    return "adam";
  }

  /** One fed value, {@link #correctedRate}; slots {@code m} and {@code v}. */
  @Override
  public InGraph build(
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
            builder.rate(tf, weight, rate),
            b1,
            b2,
            eps,
            gradient);
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
}
