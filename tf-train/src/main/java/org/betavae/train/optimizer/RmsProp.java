package org.betavae.train.optimizer;

import java.util.List;
import org.betavae.train.network.Weights.Weight;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * RMSprop: s ← ρ s + (1 − ρ) g², m ← γ m + α g / √(s + ε), w ← w − m.
 *
 * <p>Source: Tieleman and Hinton 2012 (Coursera, lecture 6.5), as Keras has it: ε inside of the
 * root, α inside of the momentum m, and s from 0. PyTorch has ε outside of the root and α outside
 * of the momentum; TensorFlow 1 has s from 1.
 *
 * @param decay ρ, in [0, 1)
 * @param momentum γ, in [0, 1)
 * @param epsilon ε, above 0
 */
public record RmsProp(double decay, double momentum, double epsilon) implements Optimizer {
  /** Keras's defaults. */
  public static final RmsProp DEFAULT = new RmsProp(0.9, 0, 1e-7);

  public RmsProp {
    Checks.decay("rmsprop-decay", decay, "The usual value is 0.9.");
    Checks.decay("momentum", momentum, "RMSprop's usual value is 0.");
    Checks.epsilon(epsilon, "The usual value is 1e-7.");
  }

  @Override
  public String name() {
    return "rmsprop";
  }

  /** One fed value, α; slots {@code mean_square} and {@code momentum}. */
  @Override
  public InGraph build(
      Ops tf, String prefix, List<Weight> weights, List<Output<TFloat32>> gradients) {
    UpdateBuilder builder = new UpdateBuilder(tf, prefix);
    Operand<TFloat32> rate = builder.fed("rate");
    Operand<TFloat32> rho = builder.constant(decay);
    Operand<TFloat32> gamma = builder.constant(momentum);
    Operand<TFloat32> eps = builder.constant(epsilon);
    return builder.build(
        weights,
        gradients,
        (ops, weight, gradient) ->
            ops.train.applyRmsProp(
                weight.variable(),
                builder.slot(weight, "mean_square", 0),
                builder.slot(weight, "momentum", 0),
                builder.rate(ops, weight, rate),
                rho,
                gamma,
                eps,
                gradient));
  }

  @Override
  public void feeds(double rate, long step, float[] target) {
    target[0] = (float) rate;
  }
}
