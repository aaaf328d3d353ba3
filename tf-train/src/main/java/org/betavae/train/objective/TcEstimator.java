package org.betavae.train.objective;

import java.util.Arrays;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.OneHot;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * How beta-TCVAE estimates the density of the aggregate posterior from one batch, and which KL it
 * adds the total correlation to.
 *
 * <p>Source: Chen et al. 2018, arXiv:1802.04942, section 3.1 and Appendix C.
 */
public enum TcEstimator {
  /** Every posterior weighs 1 and the KL is the analytic one, as in disentanglement_lib. */
  ANALYTIC("analytic"),
  /** Weights 1 / (N B), so that values are comparable; gradients as of {@link #ANALYTIC}. */
  MWS_ANALYTIC("mws-analytic"),
  /** Minibatch-weighted sampling: weights 1 / (N B), and a sampled KL in three weighted parts. */
  MWS("mws"),
  /** Minibatch-stratified sampling (Appendix C.2), and a sampled KL in three weighted parts. */
  MSS("mss");

  /** Names for {@code tc-estimator}. */
  public static final List<String> NAMES = Arrays.stream(values()).map(TcEstimator::label).toList();

  private final String label;

  TcEstimator(String label) {
    this.label = label;
  }

  /** Name as on the command line. */
  public String label() {
    return label;
  }

  /** The one of that name, which must be known. */
  static TcEstimator named(String label) {
    return values()[NAMES.indexOf(label)];
  }

  /** Whether the KL is sampled too, and so has parts that can be weighed. */
  boolean sampled() {
    return this == MWS || this == MSS;
  }

  /**
   * Log weights of a batch's posteriors, scalar or {@code [batch, batch]}.
   *
   * @throws IllegalArgumentException if the batch is known and too large for the data set
   */
  Operand<TFloat32> logWeights(Ops tf, Objective.Terms terms) {
    Operand<TFloat32> n = tf.constant((float) terms.datasetSize());
    return switch (this) {
      case ANALYTIC -> tf.constant(0f);
      case MWS_ANALYTIC, MWS ->
          tf.math.neg(tf.math.add(tf.math.log(n), tf.math.log(Reduce.rows(tf, terms.z()))));
      case MSS -> stratified(tf, terms, n);
    };
  }

  /** W_ii = 1/N, W_i,i+1 = (N − M) / (N M), others 1/M, where M = B − 1. */
  private static Operand<TFloat32> stratified(Ops tf, Objective.Terms terms, Operand<TFloat32> n) {
    long batch = terms.z().shape().get(0);
    if (batch > terms.datasetSize()) {
      throw new IllegalArgumentException(
          "tc-estimator mss cannot take a batch of "
              + batch
              + " from "
              + terms.datasetSize()
              + " items, expected at most one of each. Use a smaller --batch, or --tc-estimator"
              + " mws.");
    }
    Operand<TFloat32> one = tf.constant(1f);
    Operand<TInt32> count = Reduce.count(tf, terms.z());
    Operand<TInt32> rows = tf.range(tf.constant(0), count, tf.constant(1));
    Operand<TInt32> next = tf.math.mod(tf.math.add(rows, tf.constant(1)), count);
    Operand<TFloat32> own = oneHot(tf, rows, count);
    Operand<TFloat32> notOwn = tf.math.sub(one, own);
    Operand<TFloat32> following = tf.math.mul(oneHot(tf, next, count), notOwn);
    Operand<TFloat32> others = tf.math.sub(notOwn, following);
    // A batch of one has no others, and a batch to evaluate may be larger than the data set.
    Operand<TFloat32> m = tf.math.maximum(tf.math.sub(Reduce.rows(tf, terms.z()), one), one);
    Operand<TFloat32> rest =
        tf.math.div(tf.math.maximum(tf.math.sub(n, m), one), tf.math.mul(n, m));
    return tf.math.log(
        tf.math.add(
            tf.math.add(tf.math.div(own, n), tf.math.mul(following, rest)),
            tf.math.div(others, m)));
  }

  private static Operand<TFloat32> oneHot(Ops tf, Operand<TInt32> at, Operand<TInt32> depth) {
    return tf.oneHot(at, depth, tf.constant(1f), tf.constant(0f), OneHot.axis(1L));
  }
}
