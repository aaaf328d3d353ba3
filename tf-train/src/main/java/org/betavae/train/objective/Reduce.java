package org.betavae.train.objective;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.ReduceMax;
import org.tensorflow.op.core.ReduceSum;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/** Reductions that several objectives share. */
final class Reduce {
  private Reduce() {}

  /** Mean over the first dimension, the batch. */
  static Operand<TFloat32> batchMean(Ops tf, Operand<TFloat32> x) {
    return tf.math.mean(x, tf.constant(0));
  }

  /** Mean over all of a matrix. */
  static Operand<TFloat32> matrixMean(Ops tf, Operand<TFloat32> x) {
    return tf.math.mean(x, tf.constant(new int[] {0, 1}));
  }

  /** Sum over some dimensions, which are gone afterwards. */
  static Operand<TFloat32> sum(Ops tf, Operand<TFloat32> x, int... axes) {
    return tf.reduceSum(x, tf.constant(axes));
  }

  /**
   * log Σ exp(x) over one dimension, which is gone afterwards. The largest value is taken out
   * before exp, so that nothing overflows and the sum is at least 1.
   */
  static Operand<TFloat32> logSumExp(Ops tf, Operand<TFloat32> x, int axis) {
    Operand<TFloat32> largest =
        tf.stopGradient(tf.reduceMax(x, tf.constant(axis), ReduceMax.keepDims(true)));
    Operand<TFloat32> sum =
        tf.reduceSum(
            tf.math.exp(tf.math.sub(x, largest)), tf.constant(axis), ReduceSum.keepDims(true));
    return sum(tf, tf.math.add(tf.math.log(sum), largest), axis);
  }

  /** Number of rows of x, which the graph may not know; scalar. */
  static Operand<TInt32> count(Ops tf, Operand<TFloat32> x) {
    return tf.squeeze(tf.shape.size(x, tf.constant(0), TInt32.class));
  }

  /** {@link #count} as a float. */
  static Operand<TFloat32> rows(Ops tf, Operand<TFloat32> x) {
    return tf.dtypes.cast(count(tf, x), TFloat32.class);
  }
}
