package org.betavae.train.objective;

import java.util.Map;
import org.betavae.train.network.Pass;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * Bernoulli likelihood from logits a: −log p(x | z) = Σ log(1 + exp(a)) − x a, for x in [0, 1].
 *
 * <p>Source: Kingma and Welling 2014, arXiv:1312.6114, equation 11, rewritten for logits. Softplus
 * neither overflows nor loses a large logit, so no clipping is needed.
 */
public record Bernoulli() implements Likelihood {
  @Override
  public String name() {
    return "bernoulli";
  }

  @Override
  public Operand<TFloat32> negativeLogLikelihood(
      Pass pass, Operand<TFloat32> x, Operand<TFloat32> logits) {
    Ops tf = pass.tf();
    // A cast to the same type ends what mixed precision turns into bfloat16, whose softplus takes
    // ten times as long and would round the loss.
    Operand<TFloat32> a = tf.dtypes.cast(logits, TFloat32.class);
    return Likelihood.sumPerItem(tf, tf.math.sub(tf.math.softplus(a), tf.math.mul(x, a)));
  }

  @Override
  public Operand<TFloat32> mean(Pass pass, Operand<TFloat32> logits) {
    return pass.tf().math.sigmoid(logits);
  }

  @Override
  public Map<String, Operand<TFloat32>> parameters(Pass pass, Operand<TFloat32> logits) {
    return Map.of("logits", logits);
  }

  @Override
  public boolean needsUnitInterval() {
    return true;
  }
}
