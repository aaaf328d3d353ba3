package org.betavae.train.network;

import java.util.Map;
import org.betavae.data.ItemShape;
import org.betavae.train.Settings;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.nn.FusedBatchNorm;
import org.tensorflow.types.TFloat32;

/**
 * Batch normalisation, γ (x − mean) / √(variance + ε) + β, for each channel of an image or each
 * value of a vector.
 *
 * <p>While training, mean and variance are those of the batch, or, where the batch is split among
 * towers, of the tower's share, which is {@value #LEAST_ITEMS} items at least: there are as many
 * towers as threads, but never more than that allows. Elsewhere they are moving averages over the
 * steps. As in Keras the moving variance is the unbiased one.
 *
 * <p>Source: Ioffe and Szegedy 2015, arXiv:1502.03167, algorithms 1 and 2.
 *
 * @param epsilon ε, at least 1e-5
 */
public record BatchNorm(double epsilon) implements Layer {
  /** A tower has so many items at least, where there are several: fewer tell too little. */
  public static final int LEAST_ITEMS = 16;

  /** Keras' default. */
  static final double EPSILON = 1e-3;

  private static final double SMALLEST = 1e-5;

  public BatchNorm {
    Settings.require(
        epsilon >= SMALLEST && epsilon < 1,
        "epsilon",
        epsilon,
        "a number from 1e-5 to 1",
        "Use 1e-3.");
  }

  @Override
  public String kind() {
    return "batch-norm";
  }

  @Override
  public Map<String, Object> settings() {
    return Map.of("epsilon", epsilon);
  }

  @Override
  public String scopeName() {
    return "batch_norm";
  }

  @Override
  public ItemShape outputShape(ItemShape in) {
    return in;
  }

  @Override
  public Operand<TFloat32> apply(Pass pass, String scope, Operand<TFloat32> x) {
    Ops tf = pass.tf();
    ItemShape item = Layer.itemOf(x);
    int channels = item.image() ? item.channels() : item.size();
    long[] shape = {channels};
    Weights w = pass.weights();
    Operand<TFloat32> gamma = w.get(scope + "/gamma", shape, Initializer.ONES);
    Operand<TFloat32> beta = w.get(scope + "/beta", shape, Initializer.ZEROS);
    Operand<TFloat32> mean = w.statistic(scope + "/moving_mean", shape, Initializer.ZEROS);
    Operand<TFloat32> variance = w.statistic(scope + "/moving_variance", shape, Initializer.ONES);
    if (pass.training() && w.moves(scope + "/moving_mean")) {
      Operand<TFloat32> image =
          item.image() ? x : tf.reshape(x, tf.constant(new int[] {-1, 1, 1, channels}));
      Operand<TFloat32> none = tf.constant(new float[0]);
      FusedBatchNorm<TFloat32, TFloat32> y =
          tf.nn.fusedBatchNorm(
              image, gamma, beta, none, none, epsilonOption(), FusedBatchNorm.isTraining(true));
      pass.observe(scope + "/moving_mean", y.batchMean());
      pass.observe(scope + "/moving_variance", y.batchVariance());
      return item.image() ? y.y() : tf.reshape(y.y(), tf.constant(new int[] {-1, channels}));
    }
    if (item.image()) {
      return tf.nn
          .fusedBatchNorm(
              x, gamma, beta, mean, variance, epsilonOption(), FusedBatchNorm.isTraining(false))
          .y();
    }
    Operand<TFloat32> deviation = tf.math.add(variance, tf.constant((float) epsilon));
    Operand<TFloat32> scale = tf.math.mul(gamma, tf.math.rsqrt(deviation));
    Operand<TFloat32> offset = tf.math.sub(beta, tf.math.mul(mean, scale));
    return tf.math.add(tf.math.mul(x, scale), offset);
  }

  private FusedBatchNorm.Options epsilonOption() {
    return FusedBatchNorm.epsilon((float) epsilon);
  }
}
