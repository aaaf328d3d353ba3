package org.betavae.train.optimizer;

import java.util.List;
import org.betavae.train.network.Weights.Weight;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * Adam with decoupled weight decay: w ← w − α λ w, then {@link Adam}'s step, whose moments do not
 * see the decay.
 *
 * <p>Source: Loshchilov and Hutter 2019, arXiv:1711.05101, algorithm 2, with the decay times the
 * rate α as Keras and PyTorch have it (the paper multiplies it by the schedule alone). ε stands
 * where {@link Adam} and Keras have it, so that λ = 0 is Adam to the bit; PyTorch's ε stands after
 * the correction. Weights of fewer than two dimensions (biases, gains, learned variances) are not
 * decayed: they add no capacity, and pulling a variance towards 0 would change the model. PyTorch
 * and Keras decay them unless told otherwise.
 *
 * @param adam moments and ε
 * @param weightDecay λ, at least 0
 */
public record AdamW(Adam adam, double weightDecay) implements Optimizer {
  /** PyTorch's default for λ. */
  public static final double DEFAULT_WEIGHT_DECAY = 0.01;

  public AdamW {
    Checks.notNegative("weight-decay", weightDecay, "The usual value is 0.01.");
  }

  @Override
  public String name() {
    return "adamw";
  }

  /** Two fed values, Adam's corrected rate and α λ; slots {@code m} and {@code v}. */
  @Override
  public InGraph build(
      Ops tf, String prefix, List<Weight> weights, List<Output<TFloat32>> gradients) {
    UpdateBuilder builder = new UpdateBuilder(tf, prefix);
    UpdateBuilder.Rule adamRule = adam.rule(builder);
    Operand<TFloat32> decay = builder.fed("decay");
    return builder.build(
        weights,
        gradients,
        (ops, weight, gradient) -> {
          if (weight.shape().size() < 2) {
            return adamRule.apply(ops, weight, gradient);
          }
          // w - (αλ) w, not (1 - αλ) w: a small αλ would lose most of its digits beside 1.
          Op decayed =
              ops.train.applyGradientDescent(
                  weight.variable(), builder.rate(ops, weight, decay), weight.variable());
          return adamRule.apply(ops.withControlDependencies(decayed), weight, gradient);
        });
  }

  @Override
  public void feeds(double rate, long step, float[] target) {
    adam.feeds(rate, step, target);
    target[1] = (float) (rate * weightDecay);
  }
}
