package org.betavae.train.objective;

import org.betavae.train.network.Pass;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * Gaussian likelihood with a fixed standard deviation s around the decoder's output m: −log p(x |
 * z) = Σ (x − m)² / (2 s²) + log s + ½ log 2π.
 *
 * <p>Source: Kingma and Welling 2014, arXiv:1312.6114, Appendix C.2. The constants are kept, so
 * that values for different s can be compared.
 *
 * @param sigma s, in the unit of the data
 */
public record Gaussian(double sigma) implements Likelihood {
  public Gaussian {
    if (!(sigma > 0 && sigma < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "sigma is "
              + sigma
              + ", expected a finite number > 0. Use 1 for half the squared error.");
    }
  }

  @Override
  public String name() {
    return "gaussian";
  }

  @Override
  public Operand<TFloat32> negativeLogLikelihood(
      Pass pass, Operand<TFloat32> x, Operand<TFloat32> mean) {
    Ops tf = pass.tf();
    Operand<TFloat32> squared = Likelihood.sumPerItem(tf, tf.math.square(tf.math.sub(x, mean)));
    float scale = (float) (1 / (2 * sigma * sigma));
    double perValue = Math.log(sigma) + 0.5 * Math.log(2 * Math.PI);
    float constant = (float) (perValue * mean.shape().tail().size());
    return tf.math.add(tf.math.mul(squared, tf.constant(scale)), tf.constant(constant));
  }

  @Override
  public Operand<TFloat32> mean(Ops tf, Operand<TFloat32> mean) {
    return tf.identity(mean);
  }

  @Override
  public boolean needsUnitInterval() {
    return false;
  }
}
