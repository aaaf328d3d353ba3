package org.betavae.train.optimizer;

import java.util.List;
import org.betavae.train.network.Weights.Weight;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.op.Ops;
import org.tensorflow.op.train.ApplyMomentum;
import org.tensorflow.types.TFloat32;

/**
 * Stochastic gradient descent with momentum: m ← γ m + g, w ← w − α m; with Nesterov's look-ahead w
 * ← w − α (g + γ m).
 *
 * <p>Source: Sutskever et al. 2013 (ICML), in the form of PyTorch and TensorFlow's {@code
 * ApplyMomentum}, where m does not hold the rate: a new rate takes hold at once. Keras keeps α
 * inside of m. With γ = 0 there is no m.
 *
 * @param momentum γ, in [0, 1)
 * @param nesterov whether to look ahead; needs a momentum above 0
 */
public record Sgd(double momentum, boolean nesterov) implements Optimizer {
  /** The usual momentum. */
  public static final Sgd DEFAULT = new Sgd(0.9, false);

  public Sgd {
    Checks.decay("momentum", momentum, "The usual value is 0.9.");
    if (nesterov && momentum == 0) {
      throw new IllegalArgumentException(
          "nesterov is true and momentum is 0.0, expected a momentum above 0. The usual value is"
              + " 0.9.");
    }
  }

  @Override
  public String name() {
    return "sgd";
  }

  /** One fed value, α; slot {@code momentum}, unless γ is 0. */
  @Override
  public InGraph build(
      Ops tf, String prefix, List<Weight> weights, List<Output<TFloat32>> gradients) {
    UpdateBuilder builder = new UpdateBuilder(tf, prefix);
    Operand<TFloat32> rate = builder.fed("rate");
    if (momentum == 0) {
      return builder.build(
          weights,
          gradients,
          (ops, weight, gradient) ->
              ops.train.applyGradientDescent(
                  weight.variable(), builder.rate(ops, weight, rate), gradient));
    }
    Operand<TFloat32> gamma = builder.constant(momentum);
    return builder.build(
        weights,
        gradients,
        (ops, weight, gradient) ->
            ops.train.applyMomentum(
                weight.variable(),
                builder.slot(weight, "momentum", 0),
                builder.rate(ops, weight, rate),
                gradient,
                gamma,
                ApplyMomentum.useNesterov(nesterov)));
  }

  @Override
  public void feeds(double rate, long step, float[] target) {
    target[0] = (float) rate;
  }
}
