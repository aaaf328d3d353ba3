package org.betavae.train.imported;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;
import org.betavae.train.network.Pass;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.nn.FusedBatchNorm;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * Batch norm of an imported graph while it trains: with the mean and variance of the batch, or of a
 * tower's share, which the moving ones follow, the variance in its unbiased form as in {@link
 * org.betavae.train.network.BatchNorm}.
 */
final class BatchStatistics {
  private BatchStatistics() {}

  /**
   * Adds it to a graph.
   *
   * @param x any shape; channels are the dimension in which the statistics vary, or the last
   * @param gamma of the statistics' shape, or without its ones
   * @param beta likewise
   */
  static Operand<TFloat32> apply(
      Pass pass,
      Operand<TFloat32> x,
      Optional<Operand<TFloat32>> gamma,
      Optional<Operand<TFloat32>> beta,
      ImportedGraph.Variable mean,
      ImportedGraph.Variable variance,
      float epsilon) {
    Ops tf = pass.tf();
    int channels = mean.value().size();
    int rank = x.shape().numDimensions();
    int axis = axis(mean.value().shape(), rank);
    boolean isLast = rank < 0 || axis == rank - 1;
    Operand<TFloat32> last = isLast ? x : tf.linalg.transpose(x, tf.constant(swap(rank, axis)));
    Operand<TInt32> shape = tf.shape(last);
    Operand<TInt32> vector = tf.constant(new int[] {channels});
    Operand<TFloat32> none = tf.constant(new float[0]);
    FusedBatchNorm<TFloat32, TFloat32> y =
        tf.nn.fusedBatchNorm(
            tf.reshape(last, tf.constant(new int[] {-1, 1, 1, channels})),
            gamma
                .<Operand<TFloat32>>map(g -> tf.reshape(g, vector))
                .orElseGet(() -> tf.fill(vector, tf.constant(1f))),
            beta.<Operand<TFloat32>>map(b -> tf.reshape(b, vector))
                .orElseGet(() -> tf.fill(vector, tf.constant(0f))),
            none,
            none,
            FusedBatchNorm.epsilon(epsilon),
            FusedBatchNorm.isTraining(true));
    pass.observe(mean.name(), like(tf, y.batchMean(), mean));
    pass.observe(variance.name(), like(tf, y.batchVariance(), variance));
    Operand<TFloat32> normed = tf.reshape(y.y(), shape);
    return isLast ? normed : tf.linalg.transpose(normed, tf.constant(swap(rank, axis)));
  }

  private static Operand<TFloat32> like(
      Ops tf, Operand<TFloat32> values, ImportedGraph.Variable variable) {
    int[] dims = Arrays.stream(variable.value().shape()).mapToInt(Math::toIntExact).toArray();
    return dims.length == 1 ? values : tf.reshape(values, tf.constant(dims));
  }

  /** The dimension of x along which statistics of that shape vary. */
  private static int axis(long[] shape, int rank) {
    return IntStream.range(0, shape.length)
        .filter(i -> shape[i] != 1)
        .map(i -> rank - shape.length + i)
        .findFirst()
        .orElse(rank - 1);
  }

  /** The order of dimensions that swaps one with the last. */
  private static int[] swap(int rank, int axis) {
    int[] order = IntStream.range(0, rank).toArray();
    order[axis] = rank - 1;
    order[rank - 1] = axis;
    return order;
  }
}
