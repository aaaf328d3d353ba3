package org.betavae.train.objective;

import java.util.LinkedHashMap;
import java.util.Map;
import org.betavae.train.Settings;
import org.betavae.train.network.Pass;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;

/**
 * Beta-binomial likelihood over the levels k = n x of a picture: −log p(x | z) = −Σ log C(n, k) +
 * log B(k + α, n − k + β) − log B(α, β).
 *
 * <p>Source: the likelihood of Townsend, Bird and Barber 2019, arXiv:1901.04866, section 3.2, for
 * full-range MNIST. The decoder gives log α and log β, each cut at ±{@value #LARGEST_LOG}. The
 * log-gammas are taken in float64: they are large and nearly cancel.
 *
 * <p>Items hold levels k / n in [0, 1]; what lies between two of them counts as the nearer one.
 *
 * @param n the highest level, 255 for 8-bit pictures
 */
public record BetaBinomial(int n) implements Likelihood {
  /** The highest level of an 8-bit picture. */
  public static final int EIGHT_BIT = 255;

  private static final float LARGEST_LOG = 15;

  public BetaBinomial {
    Settings.requirePositive("n", n);
  }

  @Override
  public String name() {
    return "beta-binomial";
  }

  @Override
  public int outputsPerValue() {
    return 2;
  }

  @Override
  public Operand<TFloat32> negativeLogLikelihood(
      Pass pass, Operand<TFloat32> x, Operand<TFloat32> output) {
    Ops tf = pass.tf();
    Operand<TFloat64> k = tf.math.rint(wide(tf, tf.math.mul(x, tf.constant((float) n))));
    Operand<TFloat64> rest = tf.math.sub(tf.constant((double) n), k);
    Operand<TFloat64> alpha = tf.math.exp(wide(tf, log(tf, output, 0)));
    Operand<TFloat64> beta = tf.math.exp(wide(tf, log(tf, output, 1)));
    Operand<TFloat64> negative =
        tf.math.sub(
            tf.math.sub(logBeta(tf, alpha, beta), logChoices(tf, k, rest)),
            logBeta(tf, tf.math.add(k, alpha), tf.math.add(rest, beta)));
    return Likelihood.sumPerItem(tf, tf.dtypes.cast(negative, TFloat32.class));
  }

  /** α / (α + β). */
  @Override
  public Operand<TFloat32> mean(Pass pass, Operand<TFloat32> output) {
    Ops tf = pass.tf();
    return tf.math.sigmoid(tf.math.sub(log(tf, output, 0), log(tf, output, 1)));
  }

  @Override
  public Map<String, Operand<TFloat32>> parameters(Pass pass, Operand<TFloat32> output) {
    Map<String, Operand<TFloat32>> parameters = new LinkedHashMap<>(); // in a fixed order
    parameters.put("log_alpha", log(pass.tf(), output, 0));
    parameters.put("log_beta", log(pass.tf(), output, 1));
    return parameters;
  }

  @Override
  public boolean needsUnitInterval() {
    return true;
  }

  private static Operand<TFloat32> log(Ops tf, Operand<TFloat32> output, int index) {
    return tf.clipByValue(
        Likelihood.part(tf, output, index, 2), tf.constant(-LARGEST_LOG), tf.constant(LARGEST_LOG));
  }

  private static Operand<TFloat64> logBeta(Ops tf, Operand<TFloat64> a, Operand<TFloat64> b) {
    return tf.math.sub(
        tf.math.add(tf.math.lgamma(a), tf.math.lgamma(b)), tf.math.lgamma(tf.math.add(a, b)));
  }

  private Operand<TFloat64> logChoices(Ops tf, Operand<TFloat64> k, Operand<TFloat64> rest) {
    Operand<TFloat64> one = tf.constant(1.0);
    return tf.math.sub(
        tf.math.lgamma(tf.constant(n + 1.0)),
        tf.math.add(tf.math.lgamma(tf.math.add(k, one)), tf.math.lgamma(tf.math.add(rest, one))));
  }

  private static Operand<TFloat64> wide(Ops tf, Operand<TFloat32> x) {
    return tf.dtypes.cast(x, TFloat64.class);
  }
}
