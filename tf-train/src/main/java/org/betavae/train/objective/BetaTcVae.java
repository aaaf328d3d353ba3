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
 * Beta-TCVAE: reconstruction + KL + (β − 1) TC with an analytic KL, or reconstruction + α MI + β TC
 * + γ DW with a sampled one, where MI is the mutual information of item and z, TC the total
 * correlation of the aggregate posterior and DW its dimension-wise KL.
 *
 * <p>Source: Chen et al. 2018, arXiv:1802.04942, equations 2 and 4; the analytic form is
 * disentanglement_lib's (Locatello et al. 2019, arXiv:1811.12359).
 *
 * @param estimator how TC is estimated, and which of the two forms
 * @param alpha α, weight of MI; the analytic forms have 1
 * @param beta β, weight of TC
 * @param gamma γ, weight of DW; the analytic forms have 1
 */
public record BetaTcVae(TcEstimator estimator, double alpha, BetaSchedule beta, double gamma)
    implements Objective {
  static final String NAME = "beta-tcvae";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Map<String, Object> settings() {
    Map<String, Object> settings =
        new TreeMap<>(Map.of("beta", beta.describe(), "tc-estimator", estimator.label()));
    if (estimator.sampled()) {
      settings.put("alpha", alpha);
      settings.put("gamma", gamma);
    }
    return settings;
  }

  @Override
  public List<String> controls() {
    return List.of("beta");
  }

  @Override
  public void controlsAt(long step, float[] target) {
    target[0] = (float) beta.at(step);
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
    PosteriorDensities densities = densities(tf, terms);
    Operand<TFloat32> tc = densities.totalCorrelation(tf);
    Map<String, Operand<TFloat32>> parts = new LinkedHashMap<>();
    if (estimator != TcEstimator.ANALYTIC) {
      parts.put("mutual_information", densities.mutualInformation(tf));
    }
    parts.put("total_correlation", tc);
    if (estimator != TcEstimator.ANALYTIC) {
      parts.put("dimension_wise_kl", densities.dimensionWiseKl(tf));
    }
    Operand<TFloat32> beta = terms.controls().get(0);
    Operand<TFloat32> divergence =
        estimator.sampled()
            ? tf.math.add(
                tf.math.mul(beta, tc),
                tf.math.add(
                    weighted(tf, alpha, parts.get("mutual_information")),
                    weighted(tf, gamma, parts.get("dimension_wise_kl"))))
            : tf.math.add(terms.kl(), tf.math.mul(tf.math.sub(beta, tf.constant(1f)), tc));
    return new Loss(tf.math.add(terms.reconstruction(), divergence), parts, Optional.empty());
  }

  /** The log densities that the terms are made of. */
  PosteriorDensities densities(Ops tf, Terms terms) {
    return PosteriorDensities.of(tf, terms, estimator.logWeights(tf, terms));
  }

  private static Operand<TFloat32> weighted(Ops tf, double weight, Operand<TFloat32> x) {
    return tf.math.mul(tf.constant((float) weight), x);
  }
}
