package org.betavae.train.network;

import java.util.Map;
import org.betavae.data.ItemShape;
import org.betavae.train.Settings;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.math.Mean;
import org.tensorflow.types.TFloat32;

/**
 * Layer normalisation, γ (x − mean) / √(variance + ε) + β, with mean and variance over the last
 * dimension: over a vector's values, or over a pixel's channels, as in Keras.
 *
 * <p>Source: Ba et al. 2016, arXiv:1607.06450, equation 4.
 *
 * @param epsilon ε, above 0
 */
public record LayerNorm(double epsilon) implements Layer {
  /** Keras' default. */
  static final double EPSILON = 1e-3;

  public LayerNorm {
    Settings.require(
        epsilon > 0 && epsilon < 1, "epsilon", epsilon, "a number between 0 and 1", "Use 1e-3.");
  }

  @Override
  public String kind() {
    return "layer-norm";
  }

  @Override
  public Map<String, Object> settings() {
    return Map.of("epsilon", epsilon);
  }

  @Override
  public String scopeName() {
    return "layer_norm";
  }

  @Override
  public ItemShape outputShape(ItemShape in) {
    return in;
  }

  @Override
  public Operand<TFloat32> apply(Pass pass, String scope, Operand<TFloat32> x) {
    Ops tf = pass.tf();
    ItemShape item = Layer.itemOf(x);
    long[] shape = {item.image() ? item.channels() : item.size()};
    Operand<TFloat32> gamma = pass.weights().get(scope + "/gamma", shape, Initializer.ONES);
    Operand<TFloat32> beta = pass.weights().get(scope + "/beta", shape, Initializer.ZEROS);
    int last = item.image() ? 3 : 1;
    Operand<TFloat32> centred = tf.math.sub(x, meanOver(tf, x, last));
    Operand<TFloat32> variance = meanOver(tf, tf.math.square(centred), last);
    Operand<TFloat32> scale = tf.math.rsqrt(tf.math.add(variance, tf.constant((float) epsilon)));
    return tf.math.add(tf.math.mul(tf.math.mul(centred, scale), gamma), beta);
  }

  private static Operand<TFloat32> meanOver(Ops tf, Operand<TFloat32> x, int axis) {
    return tf.math.mean(x, tf.constant(new int[] {axis}), Mean.keepDims(true));
  }
}
