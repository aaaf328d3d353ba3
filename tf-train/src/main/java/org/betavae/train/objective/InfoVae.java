package org.betavae.train.objective;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.betavae.train.network.Pass;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * InfoVAE with the maximum mean discrepancy: reconstruction + (1 − α) KL + (α + λ − 1) MMD(q(z),
 * p(z)), where MMD = mean k(z, z′) + mean k(p, p′) − 2 mean k(z, p) over all pairs of the batch z
 * and as many draws p from N(0, I), and k(u, v) = exp(−|u − v|² / latents).
 *
 * <p>Source: Zhao, Song and Ermon 2017, arXiv:1706.02262, equation 6 and section 3.2. With α = 1
 * and λ = 1 it is their MMD-VAE, with α = 0 and λ = 1 the negative evidence lower bound.
 *
 * @param alpha α, weight of the mutual information
 * @param lambda λ, with α + λ at least 1
 */
public record InfoVae(double alpha, double lambda) implements Objective {
  static final String NAME = "info-vae";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Map<String, Object> settings() {
    return new TreeMap<>(Map.of("alpha", alpha, "lambda", lambda));
  }

  @Override
  public List<Draw> draws() {
    return List.of(Draw.NORMAL);
  }

  @Override
  public boolean needsStandardNormalPrior() {
    return true;
  }

  @Override
  public boolean dependsOnBatch() {
    return true;
  }

  @Override
  public Loss loss(Pass pass, Terms terms) {
    Ops tf = pass.tf();
    Operand<TFloat32> z = terms.z();
    Operand<TFloat32> prior = terms.draws().get(0);
    Operand<TFloat32> ofZ = kernel(tf, z, z);
    Operand<TFloat32> ofPrior = kernel(tf, prior, prior);
    Operand<TFloat32> across =
        tf.math.mul(tf.constant(2f), Reduce.matrixMean(tf, kernel(tf, z, prior)));
    Operand<TFloat32> mmd =
        tf.math.sub(
            tf.math.add(Reduce.matrixMean(tf, ofZ), Reduce.matrixMean(tf, ofPrior)), across);
    Operand<TFloat32> unbiased =
        tf.math.sub(tf.math.add(meanOfOthers(tf, ofZ), meanOfOthers(tf, ofPrior)), across);
    Operand<TFloat32> divergence =
        tf.math.add(
            tf.math.mul(tf.constant((float) (1 - alpha)), terms.kl()),
            tf.math.mul(tf.constant((float) (alpha + lambda - 1)), mmd));
    Map<String, Operand<TFloat32>> parts = new LinkedHashMap<>();
    parts.put("mmd", mmd);
    parts.put("mmd_unbiased", unbiased);
    return new Loss(tf.math.add(terms.reconstruction(), divergence), parts, Optional.empty());
  }

  /** k of every row of one with every row of the other, {@code [rows of u, rows of v]}. */
  private static Operand<TFloat32> kernel(Ops tf, Operand<TFloat32> u, Operand<TFloat32> v) {
    Operand<TFloat32> difference =
        tf.math.sub(tf.expandDims(u, tf.constant(1)), tf.expandDims(v, tf.constant(0)));
    // The mean over the latents is the squared distance over their number.
    return tf.math.exp(tf.math.neg(tf.math.mean(tf.math.square(difference), tf.constant(2))));
  }

  /** Mean over i ≠ j of a kernel matrix whose diagonal is 1; 0 for a single row. */
  private static Operand<TFloat32> meanOfOthers(Ops tf, Operand<TFloat32> kernel) {
    Operand<TFloat32> n = Reduce.rows(tf, kernel);
    Operand<TFloat32> one = tf.constant(1f);
    Operand<TFloat32> pairs = tf.math.mul(n, tf.math.sub(n, one));
    return tf.math.div(tf.math.sub(Reduce.sum(tf, kernel, 0, 1), n), tf.math.maximum(pairs, one));
  }
}
