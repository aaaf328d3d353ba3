package org.betavae.train.objective;

import java.util.Map;
import java.util.OptionalDouble;
import org.betavae.train.network.Pass;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * Laplace likelihood with the scale b around m: −log p(x | z) = Σ |x − m| / b + log 2b.
 *
 * <p>Source: Kotz, Kozubowski and Podgórski 2001, The Laplace Distribution, equation 2.1.1. The
 * standard deviation is √2 b. It is a density, as {@link Gaussian} is.
 *
 * @param location how m comes from the decoder's output
 * @param scale b
 */
public record Laplace(Location location, Scale scale) implements Likelihood {
  @Override
  public String name() {
    return "laplace";
  }

  @Override
  public int outputsPerValue() {
    return scale.outputsPerValue();
  }

  @Override
  public Operand<TFloat32> negativeLogLikelihood(
      Pass pass, Operand<TFloat32> x, Operand<TFloat32> output) {
    Ops tf = pass.tf();
    Operand<TFloat32> distance = tf.math.abs(tf.math.sub(x, mean(pass, output)));
    Operand<TFloat32> logScale = scale.log(pass, output);
    Operand<TFloat32> weight = tf.math.exp(tf.math.neg(logScale));
    return Scale.sum(tf, distance, weight, tf.math.add(logScale, tf.constant((float) Math.log(2))));
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
