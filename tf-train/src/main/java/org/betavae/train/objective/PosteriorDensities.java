package org.betavae.train.objective;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * Log densities of a batch's samples, each {@code [batch]}: under their own posteriors, under the
 * weighted mixture of all posteriors of the batch, under the product of its marginals, and under
 * N(0, I).
 *
 * <p>Source: Chen et al. 2018, arXiv:1802.04942, equation 3 and Appendix C.
 *
 * @param ofPosterior log q(z | x)
 * @param ofAggregate log q(z)
 * @param ofMarginals log Π_l q(z_l)
 * @param ofPrior log p(z)
 */
record PosteriorDensities(
    Operand<TFloat32> ofPosterior,
    Operand<TFloat32> ofAggregate,
    Operand<TFloat32> ofMarginals,
    Operand<TFloat32> ofPrior) {
  private static final float LOG_TWO_PI = (float) Math.log(2 * Math.PI);

  /**
   * Adds them to a graph.
   *
   * @param logWeights log of posterior j's weight for sample i, {@code [batch, batch]} or scalar
   */
  static PosteriorDensities of(Ops tf, Objective.Terms terms, Operand<TFloat32> logWeights) {
    Operand<TFloat32> z = terms.z();
    // [i, j, l]: latent l of sample i under posterior j.
    Operand<TFloat32> pairs =
        logNormal(
            tf,
            tf.expandDims(z, tf.constant(1)),
            tf.expandDims(terms.mean(), tf.constant(0)),
            tf.expandDims(terms.logVar(), tf.constant(0)));
    Operand<TFloat32> joint = tf.math.add(Reduce.sum(tf, pairs, 2), logWeights);
    Operand<TFloat32> perLatent = tf.math.add(pairs, tf.expandDims(logWeights, tf.constant(-1)));
    Operand<TFloat32> zero = tf.constant(0f);
    return new PosteriorDensities(
        Reduce.sum(tf, logNormal(tf, z, terms.mean(), terms.logVar()), 1),
        Reduce.logSumExp(tf, joint, 1),
        Reduce.sum(tf, Reduce.logSumExp(tf, perLatent, 1), 1),
        Reduce.sum(tf, logNormal(tf, z, zero, zero), 1));
  }

  /** Mean of log q(z | x) − log q(z): how much z tells about the item, nats. */
  Operand<TFloat32> mutualInformation(Ops tf) {
    return Reduce.batchMean(tf, tf.math.sub(ofPosterior, ofAggregate));
  }

  /** Mean of log q(z) − log Π_l q(z_l), nats. */
  Operand<TFloat32> totalCorrelation(Ops tf) {
    return Reduce.batchMean(tf, tf.math.sub(ofAggregate, ofMarginals));
  }

  /** Mean of log Π_l q(z_l) − log p(z), nats. */
  Operand<TFloat32> dimensionWiseKl(Ops tf) {
    return Reduce.batchMean(tf, tf.math.sub(ofMarginals, ofPrior));
  }

  /** log N(x; μ, exp(l)) = −½ (log 2π + l + ((x − μ) exp(−l/2))²). */
  private static Operand<TFloat32> logNormal(
      Ops tf, Operand<TFloat32> x, Operand<TFloat32> mean, Operand<TFloat32> logVar) {
    Operand<TFloat32> half = tf.constant(-0.5f);
    // exp(−l/2), squared later, stays finite for log-variances where exp(−l) does not.
    Operand<TFloat32> deviations =
        tf.math.mul(tf.math.sub(x, mean), tf.math.exp(tf.math.mul(logVar, half)));
    Operand<TFloat32> normaliser = tf.math.add(logVar, tf.constant(LOG_TWO_PI));
    return tf.math.mul(half, tf.math.add(tf.math.square(deviations), normaliser));
  }
}
