package org.betavae.train.objective;

import java.util.Map;
import java.util.OptionalDouble;
import org.betavae.train.Settings;
import org.betavae.train.network.Initializer;
import org.betavae.train.network.Pass;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * Where the width s of a likelihood around its location comes from.
 *
 * <p>A width that is not fixed never falls below {@code sigma} / 1000, so that data which the
 * decoder gives back exactly do not drive it to 0: s² = exp(2 w) + (sigma / 1000)², where w is the
 * trained weight or comes from the decoder. Far above that floor s is exp(w); there is no upper
 * bound, and none of the arithmetic overflows below exp(30).
 *
 * @param kind fixed, one weight, or one number for each value
 * @param sigma the width, or the one that training begins with, in the unit of the data; above 0
 */
public record Scale(Kind kind, double sigma) {
  /** The trained weight w where there is one, {@code []}: the natural logarithm of the width. */
  public static final String LOG_SIGMA = "likelihood/log_sigma";

  /** The least width as a part of {@code sigma}. */
  private static final double FLOOR = 1e-3;

  /** What sets the width. */
  public enum Kind {
    /** {@code sigma}. */
    FIXED,
    /**
     * One trained weight for all values.
     *
     * <p>Source: Rybkin, Daniilidis and Levine 2021, arXiv:2006.13202, section 3.
     */
    LEARNED,
    /** The decoder, for each value of an item on its own. */
    PER_PIXEL
  }

  public Scale {
    Settings.require(
        sigma > 0 && sigma < Double.POSITIVE_INFINITY,
        "sigma",
        sigma,
        "a finite number > 0",
        "Use 1 for half the squared error.");
  }

  /** A width that does not change. */
  public static Scale fixed(double sigma) {
    return new Scale(Kind.FIXED, sigma);
  }

  /** Numbers that the decoder gives for each value: its location, and perhaps its width. */
  int outputsPerValue() {
    return kind == Kind.PER_PIXEL ? 2 : 1;
  }

  /** The part of the decoder's output that the location is made from. */
  Operand<TFloat32> location(Ops tf, Operand<TFloat32> output) {
    return kind == Kind.PER_PIXEL ? Likelihood.part(tf, output, 0, 2) : output;
  }

  /**
   * log s: a scalar, or of the items' shape.
   *
   * @param output the decoder's output; its second half is log s² − log sigma²
   */
  Operand<TFloat32> log(Pass pass, Operand<TFloat32> output) {
    Ops tf = pass.tf();
    float logSigma = (float) Math.log(sigma);
    return switch (kind) {
      case FIXED -> tf.constant(logSigma);
      case LEARNED ->
          floored(
              tf,
              tf.math.mul(
                  pass.weights().get(LOG_SIGMA, new long[0], Initializer.constant(logSigma)),
                  tf.constant(2f)));
      case PER_PIXEL ->
          floored(tf, tf.math.add(Likelihood.part(tf, output, 1, 2), tf.constant(2 * logSigma)));
    };
  }

  /** {@code log_scale}, the natural logarithm of each value's own width, if they have one. */
  Map<String, Operand<TFloat32>> parameters(Pass pass, Operand<TFloat32> output) {
    return kind == Kind.PER_PIXEL ? Map.of("log_scale", log(pass, output)) : Map.of();
  }

  /** The width of all values, if they share one. */
  OptionalDouble width(Map<String, float[]> weights) {
    return switch (kind) {
      case FIXED -> OptionalDouble.of(sigma);
      case LEARNED ->
          OptionalDouble.of(Math.hypot(Math.exp(weights.get(LOG_SIGMA)[0]), sigma * FLOOR));
      case PER_PIXEL -> OptionalDouble.empty();
    };
  }

  /**
   * Σ distance · weight + logNormaliser for each item.
   *
   * @param distance {@code [batch, ...]}
   * @param weight a scalar, or shaped as the distance
   * @param logNormaliser shaped as the weight; a scalar counts once for each value
   */
  static Operand<TFloat32> sum(
      Ops tf,
      Operand<TFloat32> distance,
      Operand<TFloat32> weight,
      Operand<TFloat32> logNormaliser) {
    if (logNormaliser.shape().numDimensions() > 0) {
      return Likelihood.sumPerItem(tf, tf.math.add(tf.math.mul(distance, weight), logNormaliser));
    }
    Operand<TFloat32> values = tf.constant((float) distance.shape().tail().size());
    return tf.math.add(
        tf.math.mul(Likelihood.sumPerItem(tf, distance), weight),
        tf.math.mul(values, logNormaliser));
  }

  /** ½ log(exp(l) + floor²), without overflow. */
  private Operand<TFloat32> floored(Ops tf, Operand<TFloat32> logVar) {
    Operand<TFloat32> least = tf.constant((float) (2 * Math.log(sigma * FLOOR)));
    return tf.math.mul(
        tf.math.add(least, tf.math.softplus(tf.math.sub(logVar, least))), tf.constant(0.5f));
  }
}
