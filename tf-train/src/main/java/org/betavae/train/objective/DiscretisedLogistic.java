package org.betavae.train.objective;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;
import org.betavae.train.network.Pass;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * Logistic distribution around m with the scale s, cut into the 256 levels of a picture: level k =
 * 255 x has the mass F((k + ½) / 255) − F((k − ½) / 255), F(t) = 1 / (1 + exp(−(t − m) / s)); level
 * 0 has all that lies below it too, and level 255 all above.
 *
 * <p>Source: Kingma et al. 2016, arXiv:1606.04934, section 5.2 and appendix C.1; edges as in
 * Salimans et al. 2017, arXiv:1701.05517, equation 2. With p = (x + 1/510 − m) / s and q = (x −
 * 1/510 − m) / s, log(F(p) − F(q)) = log(1 − exp(q − p)) − softplus(−p) − softplus(q), which is
 * exact in the tails, where the difference of the two would be 0 in float32.
 *
 * <p>Items hold levels k / 255 in [0, 1]; what lies between two of them counts as the nearer one.
 *
 * @param location how m comes from the decoder's output
 * @param scale s; the standard deviation is π s / √3
 */
public record DiscretisedLogistic(Location location, Scale scale) implements Likelihood {
  private static final float TOP = 255;

  @Override
  public String name() {
    return "discretised-logistic";
  }

  @Override
  public int outputsPerValue() {
    return scale.outputsPerValue();
  }

  @Override
  public Operand<TFloat32> negativeLogLikelihood(
      Pass pass, Operand<TFloat32> x, Operand<TFloat32> output) {
    Ops tf = pass.tf();
    Operand<TFloat32> level = tf.math.rint(tf.math.mul(x, tf.constant(TOP)));
    Operand<TFloat32> inverse = inverseScale(pass, output);
    Operand<TFloat32> centred =
        tf.math.sub(tf.math.mul(level, tf.constant(1 / TOP)), middle(tf, output));
    Operand<TFloat32> half = tf.constant(0.5f / TOP);
    Operand<TFloat32> p = tf.math.mul(tf.math.add(centred, half), inverse);
    Operand<TFloat32> q = tf.math.mul(tf.math.sub(centred, half), inverse);
    // A level has an upper edge unless it is the last, and a lower one unless it is the first.
    Operand<TFloat32> upper = flag(tf, tf.math.sub(tf.constant(TOP), level));
    Operand<TFloat32> lower = flag(tf, level);
    Operand<TFloat32> tails =
        tf.math.add(
            tf.math.mul(upper, tf.math.softplus(tf.math.neg(p))),
            tf.math.mul(lower, tf.math.softplus(q)));
    Operand<TFloat32> width = tf.math.mul(inverse, tf.constant(-1 / TOP));
    Operand<TFloat32> inside = tf.math.log(tf.math.neg(tf.math.expm1(width)));
    return Likelihood.sumPerItem(
        tf, tf.math.sub(tails, tf.math.mul(tf.math.mul(upper, lower), inside)));
  }

  /**
   * The mean of the continuous distribution with all that lies outside of [0, 1] moved to its ends:
   * s (softplus(m / s) − softplus((m − 1) / s)), within half a level of the discrete one's.
   */
  @Override
  public Operand<TFloat32> mean(Pass pass, Operand<TFloat32> output) {
    Ops tf = pass.tf();
    Operand<TFloat32> m = middle(tf, output);
    Operand<TFloat32> inverse = inverseScale(pass, output);
    Operand<TFloat32> rising = tf.math.softplus(tf.math.mul(m, inverse));
    Operand<TFloat32> falling =
        tf.math.softplus(tf.math.mul(tf.math.sub(m, tf.constant(1f)), inverse));
    return tf.math.div(tf.math.sub(rising, falling), inverse);
  }

  /** The middle m too, which the mean is not. */
  @Override
  public Map<String, Operand<TFloat32>> parameters(Pass pass, Operand<TFloat32> output) {
    Map<String, Operand<TFloat32>> parameters = new LinkedHashMap<>(scale.parameters(pass, output));
    parameters.put("location", middle(pass.tf(), output));
    return parameters;
  }

  @Override
  public OptionalDouble width(Map<String, float[]> weights) {
    return scale.width(weights);
  }

  @Override
  public boolean needsUnitInterval() {
    return true;
  }

  /** 1 for a whole number >= 1, 0 for 0. */
  private static Operand<TFloat32> flag(Ops tf, Operand<TFloat32> whole) {
    return tf.math.minimum(whole, tf.constant(1f));
  }

  private Operand<TFloat32> middle(Ops tf, Operand<TFloat32> output) {
    return location.of(tf, scale.location(tf, output));
  }

  private Operand<TFloat32> inverseScale(Pass pass, Operand<TFloat32> output) {
    return pass.tf().math.exp(pass.tf().math.neg(scale.log(pass, output)));
  }
}
