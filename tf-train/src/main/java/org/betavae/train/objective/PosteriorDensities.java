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
  /**
   * Adds them to a graph.
   *
   * @param logWeights log of posterior j's weight for sample i, {@code [batch, batch]} or scalar
   */
  static PosteriorDensities of(Ops tf, Objective.Terms terms, Operand<TFloat32> logWeights) {
    Operand<TFloat32> z = terms.z();
    // [i, j, l]: latent l of sample i under posterior j.
    Operand<TFloat32> pairs =
        GaussianDensity.log(
            tf,
            tf.expandDims(z, tf.constant(1)),
            tf.expandDims(terms.mean(), tf.constant(0)),
            tf.expandDims(terms.logVar(), tf.constant(0)));
    Operand<TFloat32> joint = tf.math.add(Reduce.sum(tf, pairs, 2), logWeights);
    Operand<TFloat32> perLatent = tf.math.add(pairs, tf.expandDims(logWeights, tf.constant(-1)));
    return new PosteriorDensities(
        Reduce.sum(tf, GaussianDensity.log(tf, z, terms.mean(), terms.logVar()), 1),
        Reduce.logSumExp(tf, joint, 1),
        Reduce.sum(tf, Reduce.logSumExp(tf, perLatent, 1), 1),
        Reduce.sum(tf, GaussianDensity.logStandard(tf, z), 1));
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
}
