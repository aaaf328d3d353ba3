package org.betavae.train.objective;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.betavae.train.network.Pass;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** p(x | z): how the decoder's output is read as a distribution over items. */
public sealed interface Likelihood
    permits Bernoulli, Gaussian, Laplace, DiscretisedLogistic, BetaBinomial {
  /** Names for {@code --likelihood}, in the order in which they are shown. */
  List<String> NAMES =
      List.of("bernoulli", "gaussian", "laplace", "discretised-logistic", "beta-binomial");

  /** Name as on the command line. */
  String name();

  /**
   * Numbers that the decoder gives for each value of an item: those of the last dimension come
   * first for all values, then the second ones.
   */
  default int outputsPerValue() {
    return 1;
  }

  /**
   * −log p(x | z), the reconstruction term.
   *
   * @param x items, {@code [batch, ...]}
   * @param output the decoder's output, same shape but for {@link #outputsPerValue}
   * @return nats, summed over pixels and channels, shape {@code [batch]}
   */
  Operand<TFloat32> negativeLogLikelihood(Pass pass, Operand<TFloat32> x, Operand<TFloat32> output);

  /** The distribution's mean, shaped as the items. */
  Operand<TFloat32> mean(Pass pass, Operand<TFloat32> output);

  /**
   * What the distribution is made of where its mean and {@link #width} do not tell, by the names of
   * an exported decoder's outputs, each shaped as the items.
   */
  default Map<String, Operand<TFloat32>> parameters(Pass pass, Operand<TFloat32> output) {
    return Map.of();
  }

  /**
   * The width that all values share: standard deviation or scale, if there is one.
   *
   * @param weights of the trained model by name
   */
  default OptionalDouble width(Map<String, float[]> weights) {
    return OptionalDouble.empty();
  }

  /** Whether items must lie in [0, 1]. */
  boolean needsUnitInterval();

  /** Sum over every dimension but the first. */
  static Operand<TFloat32> sumPerItem(Ops tf, Operand<TFloat32> perValue) {
    int rank = perValue.shape().numDimensions();
    int[] axes = new int[rank - 1];
    for (int i = 1; i < rank; i++) {
      axes[i - 1] = i;
    }
    return tf.reduceSum(perValue, tf.constant(axes));
  }

  /** One of {@code parts} equal parts of the last dimension. */
  static Operand<TFloat32> part(Ops tf, Operand<TFloat32> output, int index, int parts) {
    int rank = output.shape().numDimensions();
    int size = Math.toIntExact(output.shape().get(rank - 1) / parts);
    int[] begin = new int[rank];
    int[] sizes = new int[rank];
    Arrays.fill(sizes, -1);
    begin[rank - 1] = index * size;
    sizes[rank - 1] = size;
    return tf.slice(output, tf.constant(begin), tf.constant(sizes));
  }
}
