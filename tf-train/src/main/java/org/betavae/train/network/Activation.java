package org.betavae.train.network;

import java.util.Locale;
import org.betavae.data.ItemShape;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.nn.LeakyRelu;
import org.tensorflow.types.TFloat32;

/** An element-wise non-linearity. */
public enum Activation implements Layer {
  /** max(x, 0). */
  RELU,
  /** max(x, 0.2 x), TensorFlow's slope (Maas et al. 2013 have 0.01). */
  LEAKY_RELU,
  /** x above 0, exp(x) - 1 below (Clevert et al. 2016, arXiv:1511.07289). */
  ELU,
  /** The scaled form of the above that keeps mean and variance (Klambauer et al. 2017). */
  SELU,
  /** x Φ(x) with the normal distribution's Φ, not its approximation (arXiv:1606.08415). */
  GELU,
  /** x / (1 + exp(-x)), also called SiLU (Ramachandran et al. 2017, arXiv:1710.05941). */
  SWISH,
  /** Hyperbolic tangent. */
  TANH,
  /** 1 / (1 + exp(-x)). */
  SIGMOID,
  /** log(1 + exp(x)). */
  SOFTPLUS;

  private static final float LEAK = 0.2f;
  private static final float SQRT_HALF = (float) StrictMath.sqrt(0.5);

  @Override
  public String kind() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  @Override
  public ItemShape outputShape(ItemShape in) {
    return in;
  }

  @Override
  public Operand<TFloat32> apply(Pass pass, String scope, Operand<TFloat32> x) {
    Ops tf = pass.tf();
    return switch (this) {
      case RELU -> tf.nn.relu(x);
      case LEAKY_RELU -> tf.nn.leakyRelu(x, LeakyRelu.alpha(LEAK));
      case ELU -> tf.nn.elu(x);
      case SELU -> tf.nn.selu(x);
      case GELU -> gelu(tf, x);
      case SWISH -> tf.math.mul(x, tf.math.sigmoid(x));
      case TANH -> tf.math.tanh(x);
      case SIGMOID -> tf.math.sigmoid(x);
      case SOFTPLUS -> tf.math.softplus(x);
    };
  }

  private static Operand<TFloat32> gelu(Ops tf, Operand<TFloat32> x) {
    Operand<TFloat32> erf = tf.math.erf(tf.math.mul(x, tf.constant(SQRT_HALF)));
    Operand<TFloat32> twicePhi = tf.math.add(erf, tf.constant(1f));
    return tf.math.mul(tf.math.mul(x, tf.constant(0.5f)), twicePhi);
  }
}
