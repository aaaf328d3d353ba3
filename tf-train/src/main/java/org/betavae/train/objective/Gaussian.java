package org.betavae.train.objective;

import java.util.Map;
import java.util.OptionalDouble;
import org.betavae.train.network.Pass;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * Gaussian likelihood with the standard deviation s around m: −log p(x | z) = Σ (x − m)² / (2 s²) +
 * log s + ½ log 2π.
 *
 * <p>Source: Kingma and Welling 2014, arXiv:1312.6114, Appendix C.2; one trained s: Rybkin,
 * Daniilidis and Levine 2021, arXiv:2006.13202, equation 5. The constants are kept, so that values
 * for different s can be compared. It is a density: on the 256 levels of a picture it has no lower
 * bound.
 *
 * @param location how m comes from the decoder's output
 * @param scale s
 */
public record Gaussian(Location location, Scale scale) implements Likelihood {
  private static final double HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI);

  /** With a fixed standard deviation around the decoder's output. */
  public Gaussian(double sigma) {
    this(Location.IDENTITY, Scale.fixed(sigma));
  }

  @Override
  public String name() {
    return "gaussian";
  }

  @Override
  public int outputsPerValue() {
    return scale.outputsPerValue();
  }

  @Override
  public Operand<TFloat32> negativeLogLikelihood(
      Pass pass, Operand<TFloat32> x, Operand<TFloat32> output) {
    Ops tf = pass.tf();
    Operand<TFloat32> squared = tf.math.square(tf.math.sub(x, mean(pass, output)));
    Operand<TFloat32> logSigma = scale.log(pass, output);
    Operand<TFloat32> weight =
        tf.math.mul(tf.math.exp(tf.math.mul(logSigma, tf.constant(-2f))), tf.constant(0.5f));
    return Scale.sum(
        tf, squared, weight, tf.math.add(logSigma, tf.constant((float) HALF_LOG_TWO_PI)));
  }

  @Override
  public Operand<TFloat32> mean(Pass pass, Operand<TFloat32> output) {
    return location.of(pass.tf(), scale.location(pass.tf(), output));
  }

  @Override
  public Map<String, Operand<TFloat32>> parameters(Pass pass, Operand<TFloat32> output) {
    return scale.parameters(pass, output);
  }

  @Override
  public OptionalDouble width(Map<String, float[]> weights) {
    return scale.width(weights);
  }

  @Override
  public boolean needsUnitInterval() {
    return location == Location.SIGMOID;
  }
}
