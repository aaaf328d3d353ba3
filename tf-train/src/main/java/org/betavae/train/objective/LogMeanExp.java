package org.betavae.train.objective;

import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.ReduceMax;
import org.tensorflow.op.core.Squeeze;
import org.tensorflow.types.TFloat32;

/**
 * log ((1/K) Σ exp(v_k)) over the last dimension, without overflow.
 *
 * <p>Of importance weights log w_k it is the importance weighted bound on log p(x): Burda, Grosse
 * and Salakhutdinov 2016, arXiv:1509.00519, equation 8.
 */
public final class LogMeanExp {
  private LogMeanExp() {}

  /**
   * Adds the formula to a graph.
   *
   * @param values {@code [rows, K]}, K known
   * @return {@code [rows]}
   */
  public static Operand<TFloat32> of(Ops tf, Operand<TFloat32> values) {
    var axis = tf.constant(new int[] {1});
    Operand<TFloat32> largest =
        tf.stopGradient(tf.reduceMax(values, axis, ReduceMax.keepDims(true)));
    Operand<TFloat32> sum = tf.reduceSum(tf.math.exp(tf.math.sub(values, largest)), axis);
    float logCount = (float) Math.log((double) values.shape().get(1));
    Operand<TFloat32> shift =
        tf.math.sub(tf.squeeze(largest, Squeeze.axis(List.of(1L))), tf.constant(logCount));
    return tf.math.add(tf.math.log(sum), shift);
  }
}
