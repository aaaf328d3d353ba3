package org.betavae.train.objective;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
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
    float logCount = (float) Math.log((double) values.shape().get(1));
    return tf.math.sub(Reduce.logSumExp(tf, values, 1), tf.constant(logCount));
  }
}
