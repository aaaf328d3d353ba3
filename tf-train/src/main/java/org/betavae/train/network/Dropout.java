package org.betavae.train.network;

import java.util.Map;
import org.betavae.data.ItemShape;
import org.betavae.train.Settings;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * Dropout: while training, each value is set to 0 with a probability and else divided by the
 * probability of staying; elsewhere nothing happens. The draws depend upon the run's seed and the
 * step alone, so that a resumed run drops the same values.
 *
 * <p>Source: Srivastava et al. 2014, section 10, in its inverted form.
 *
 * @param rate probability of 0, in [0, 1)
 */
public record Dropout(double rate) implements Layer {
  public Dropout {
    Settings.require(
        rate >= 0 && rate < 1,
        "rate",
        rate,
        "a number from 0 to below 1",
        "The usual rates are 0.1 to 0.5.");
  }

  @Override
  public String kind() {
    return "dropout";
  }

  @Override
  public Map<String, Object> settings() {
    return Map.of("rate", rate);
  }

  @Override
  public ItemShape outputShape(ItemShape in) {
    return in;
  }

  @Override
  public Operand<TFloat32> apply(Pass pass, String scope, Operand<TFloat32> x) {
    if (!pass.training() || rate == 0) {
      return x;
    }
    Ops tf = pass.tf();
    Operand<TFloat32> uniform =
        tf.random.statelessRandomUniform(
            tf.constant(x.shape().asArray()), pass.seed(), TFloat32.class);
    Operand<TFloat32> stays =
        tf.dtypes.cast(tf.math.greaterEqual(uniform, tf.constant((float) rate)), TFloat32.class);
    return tf.math.mul(x, tf.math.mul(stays, tf.constant((float) (1 / (1 - rate)))));
  }
}
