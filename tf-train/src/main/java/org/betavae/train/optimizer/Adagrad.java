package org.betavae.train.optimizer;

import java.util.List;
import org.betavae.train.network.Weights.Weight;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * Adagrad: s ← s + g², w ← w − α g / (√s + ε).
 *
 * <p>Source: Duchi, Hazan and Singer 2011 (JMLR 12), the diagonal form, as PyTorch has it: ε
 * outside of the root, and s from 0. Keras has ε inside of the root, and s from 0.1.
 *
 * @param initialAccumulator first value of s, at least 0
 * @param epsilon ε, above 0
 */
public record Adagrad(double initialAccumulator, double epsilon) implements Optimizer {
  /** PyTorch's defaults. */
  public static final Adagrad DEFAULT = new Adagrad(0, 1e-10);

  public Adagrad {
    Checks.notNegative("Adagrad's initial accumulator", initialAccumulator, "Use 0.");
    Checks.epsilon(epsilon, "The usual value is 1e-10.");
  }

  @Override
  public String name() {
    return "adagrad";
  }

  /** One fed value, α; slot {@code accumulator}. */
  @Override
  public InGraph build(
      Ops tf, String prefix, List<Weight> weights, List<Output<TFloat32>> gradients) {
    UpdateBuilder builder = new UpdateBuilder(tf, prefix);
    Operand<TFloat32> rate = builder.fed("rate");
    Operand<TFloat32> eps = builder.constant(epsilon);
    return builder.build(
        weights,
        gradients,
        (ops, weight, gradient) ->
            ops.train.applyAdagradV2(
                weight.variable(),
                builder.slot(weight, "accumulator", initialAccumulator),
                builder.rate(ops, weight, rate),
                eps,
                gradient));
  }

  @Override
  public void feeds(double rate, long step, float[] target) {
    target[0] = (float) rate;
  }
}
