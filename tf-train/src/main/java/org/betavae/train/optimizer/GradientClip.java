package org.betavae.train.optimizer;

import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;

/** Keeps a step within bounds when the gradient is steep. */
public final class GradientClip {
  private GradientClip() {}

  /**
   * Gradients after clipping.
   *
   * @param gradients in the order in which they were given
   * @param norm global norm before clipping, scalar
   */
  public record Clipped(List<Output<TFloat32>> gradients, Operand<TFloat32> norm) {
    public Clipped {
      gradients = List.copyOf(gradients);
    }
  }

  /**
   * Scales all gradients by c / max(c, ‖g‖), where ‖g‖ is the norm of all of them as one vector: up
   * to c they stay as they are, to the bit; beyond, they keep their direction.
   *
   * <p>Source: Pascanu, Mikolov and Bengio 2013, arXiv:1211.5063, algorithm 1; TensorFlow's {@code
   * clip_by_global_norm}. The norm is summed in double precision, where no square of a finite float
   * overflows or vanishes. A gradient that is infinite or NaN stays so somewhere, and its norm
   * tells.
   *
   * @param limit c, above 0
   * @throws IllegalArgumentException if there is no gradient, or the limit is not above 0
   */
  public static Clipped byGlobalNorm(Ops root, List<Output<TFloat32>> gradients, double limit) {
    Checks.positive("clip-norm", limit, "A usual value is 1; leave clipping out for no limit.");
    if (gradients.isEmpty()) {
      throw new IllegalArgumentException(
          "There are 0 gradients to clip, expected at least 1. Clip those of all weights.");
    }
    Ops tf = root.withSubScope("clip");
    List<Operand<TFloat64>> halfSquares =
        gradients.stream()
            .<Operand<TFloat64>>map(g -> tf.nn.l2Loss(tf.dtypes.cast(g, TFloat64.class)))
            .toList();
    Operand<TFloat64> norm = tf.math.sqrt(tf.math.mul(tf.math.addN(halfSquares), tf.constant(2.0)));
    Operand<TFloat64> c = tf.constant(limit);
    Operand<TFloat32> scale =
        tf.dtypes.cast(tf.math.div(c, tf.math.maximum(norm, c)), TFloat32.class);
    return new Clipped(
        gradients.stream().map(g -> tf.math.mul(g, scale).asOutput()).toList(),
        tf.withName("norm").dtypes.cast(norm, TFloat32.class));
  }
}
