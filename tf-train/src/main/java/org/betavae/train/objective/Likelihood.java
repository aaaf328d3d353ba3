package org.betavae.train.objective;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** p(x | z): how the decoder's output is read as a distribution over items. */
public sealed interface Likelihood permits Bernoulli, Gaussian {

  /** Name as on the command line. */
  String name();

  /**
   * −log p(x | z), the reconstruction term.
   *
   * @param x items, {@code [batch, ...]}
   * @param output the decoder's output, same shape
   * @return nats, summed over pixels and channels, shape {@code [batch]}
   */
  Operand<TFloat32> negativeLogLikelihood(Ops tf, Operand<TFloat32> x, Operand<TFloat32> output);

  /** The distribution's mean, same shape as {@code output}. */
  Operand<TFloat32> mean(Ops tf, Operand<TFloat32> output);

  /** Whether the decoder's output are logits, which are then exported beside the mean. */
  boolean hasLogits();

  /** Whether items must lie in [0, 1]. */
  boolean needsUnitInterval();

  /**
   * The likelihood of that name.
   *
   * @param sigma standard deviation for {@code gaussian}; others ignore it
   * @throws IllegalArgumentException if the name is unknown
   */
  static Likelihood of(String name, double sigma) {
    return switch (name) {
      case "bernoulli" -> new Bernoulli();
      case "gaussian" -> new Gaussian(sigma);
      default ->
          throw new IllegalArgumentException(
              "Unknown likelihood: "
                  + name
                  + ", expected bernoulli or gaussian. Use bernoulli for values in [0,1].");
    };
  }

  /** Sum over every dimension but the first. */
  static Operand<TFloat32> sumPerItem(Ops tf, Operand<TFloat32> perValue) {
    int rank = perValue.shape().numDimensions();
    int[] axes = new int[rank - 1];
    for (int i = 1; i < rank; i++) {
      axes[i - 1] = i;
    }
    return tf.reduceSum(perValue, tf.constant(axes));
  }
}
