package org.betavae.train.objective;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.betavae.train.Settings;

/**
 * Which objective, and its settings; those of others have no effect, see {@link #used}. A weight
 * that is null is left to the objective, whose default it then has.
 *
 * @param name one of {@link Objective#NAMES}
 * @param beta weight of the KL term, or of the total correlation, at least 0; vae has 1
 * @param normalisedBeta whether {@code beta} is beta-VAE's β_norm
 * @param betaSchedule one of {@link BetaSchedule#NAMES}, or knots {@code STEP:BETA,STEP:BETA,...}
 * @param betaSteps length of the warm-up or of one cycle, steps, at least 1
 * @param betaRamp part of a cycle in which β rises, in (0, 1]
 * @param gamma weight of annealed-vae's distance from the capacity, factor-vae's total correlation,
 *     or beta-tcvae's dimension-wise KL, at least 0, or null
 * @param alpha beta-tcvae's weight of the mutual information, at least 0, or info-vae's α; or null
 * @param capacity annealed-vae's last capacity, nats, at least 0
 * @param iterationThreshold steps until annealed-vae reaches it, at least 1
 * @param lambdaOd weight of dip-vae's covariances, at least 0
 * @param lambdaDFactor weight of dip-vae's variances over that of its covariances, at least 0, or
 *     null
 * @param tcEstimator one of {@link TcEstimator#NAMES}
 * @param lambda info-vae's λ
 * @param importanceSamples K of {@code iwae}, at least 1
 * @param discriminatorLearningRate step size of factor-vae's second Adam, above 0; no schedule
 *     changes it
 */
@JsonNaming(PropertyNamingStrategies.KebabCaseStrategy.class)
public record ObjectiveSettings(
    @JsonProperty("objective") String name,
    double beta,
    boolean normalisedBeta,
    String betaSchedule,
    long betaSteps,
    double betaRamp,
    Double gamma,
    Double alpha,
    @JsonProperty("c-max") double capacity,
    long iterationThreshold,
    double lambdaOd,
    Double lambdaDFactor,
    String tcEstimator,
    double lambda,
    int importanceSamples,
    double discriminatorLearningRate) {

  /**
   * disentanglement_lib's defaults where it has the setting (Locatello et al. 2019, table 1 and its
   * published configurations). λ = 1000 makes the MMD, which is at most 2, weigh as much as the
   * other terms of an image.
   */
  public static final ObjectiveSettings DEFAULT =
      new ObjectiveSettings(
          "beta-vae",
          4,
          false,
          "constant",
          10_000,
          0.5,
          null,
          null,
          25,
          100_000,
          10,
          null,
          TcEstimator.ANALYTIC.label(),
          1000,
          5,
          1e-4);

  /** γ of annealed-vae. */
  static final double ANNEALED_GAMMA = 1000;

  /** γ of factor-vae, the smallest of the published ones. */
  static final double FACTOR_GAMMA = 10;

  /** λ_d over λ_od of dip-vae-i. */
  static final double DIP_I_FACTOR = 10;

  /** λ_d over λ_od of dip-vae-ii. */
  static final double DIP_II_FACTOR = 1;

  /** Weights of beta-tcvae's other parts (Chen et al. 2018, section 4). */
  static final double TC_WEIGHT = 1;

  /** α of info-vae: the KL keeps its full weight. */
  static final double INFO_ALPHA = 0;

  public ObjectiveSettings {
    Settings.requireOneOf("objective", name, Objective.NAMES);
    requireWeight("beta", beta, "Use 1 for a plain VAE.");
    Settings.requirePositive("beta-steps", betaSteps);
    Settings.require(
        betaRamp > 0 && betaRamp <= 1,
        "beta-ramp",
        betaRamp,
        "a number above 0 and at most 1",
        "The usual part is 0.5.");
    Settings.requirePositive("importance-samples", importanceSamples);
    Settings.require(
        discriminatorLearningRate > 0 && discriminatorLearningRate < Double.POSITIVE_INFINITY,
        "discriminator-learning-rate",
        discriminatorLearningRate,
        "a finite number > 0",
        "The default is 1e-4.");
    BetaSchedule.of(betaSchedule, beta, betaSteps, betaRamp);
    requireWeight("gamma", gamma, "Leave it out for the objective's default.");
    requireWeight("c-max", capacity, "The default is 25 nats.");
    Settings.requirePositive("iteration-threshold", iterationThreshold);
    requireWeight("lambda-od", lambdaOd, "The default is 10.");
    requireWeight("lambda-d-factor", lambdaDFactor, "Leave it out for the objective's default.");
    Settings.requireOneOf("tc-estimator", tcEstimator, TcEstimator.NAMES);
    requireAlphaAndLambda(name, alpha, lambda);
  }

  /** The objective with these settings. */
  public Objective newObjective() {
    BetaSchedule schedule = BetaSchedule.of(betaSchedule, beta, betaSteps, betaRamp);
    return switch (name) {
      case "beta-vae" -> new BetaVae(name, schedule, normalisedBeta);
      case "vae" -> new BetaVae(name, BetaSchedule.of(betaSchedule, 1, betaSteps, betaRamp), false);
      case AnnealedVae.NAME ->
          new AnnealedVae(or(gamma, ANNEALED_GAMMA), capacity, iterationThreshold);
      case FactorVae.NAME -> new FactorVae(or(gamma, FACTOR_GAMMA), Discriminator.PUBLISHED);
      case DipVae.NAME_I -> new DipVae(DipVae.Kind.I, lambdaOd, or(lambdaDFactor, DIP_I_FACTOR));
      case DipVae.NAME_II -> new DipVae(DipVae.Kind.II, lambdaOd, or(lambdaDFactor, DIP_II_FACTOR));
      case BetaTcVae.NAME ->
          new BetaTcVae(
              TcEstimator.named(tcEstimator), or(alpha, TC_WEIGHT), schedule, or(gamma, TC_WEIGHT));
      case InfoVae.NAME -> new InfoVae(or(alpha, INFO_ALPHA), lambda);
      case Iwae.NAME -> new Iwae(importanceSamples);
      default ->
          throw new IllegalStateException(
              "Objective " + name + " is in the list " + List.copyOf(Objective.NAMES) + " alone.");
    };
  }

  /** Names of the settings that the objective uses; others have no effect. */
  public Set<String> used() {
    List<String> own =
        switch (name) {
          case "beta-vae" -> List.of("beta", "normalised-beta");
          case AnnealedVae.NAME -> List.of("gamma", "c-max", "iteration-threshold");
          case FactorVae.NAME -> List.of("gamma", "discriminator-learning-rate");
          case DipVae.NAME_I, DipVae.NAME_II -> List.of("lambda-od", "lambda-d-factor");
          case BetaTcVae.NAME ->
              TcEstimator.named(tcEstimator).sampled()
                  ? List.of("beta", "tc-estimator", "alpha", "gamma")
                  : List.of("beta", "tc-estimator");
          case InfoVae.NAME -> List.of("alpha", "lambda");
          case Iwae.NAME -> List.of("importance-samples");
          default -> List.of();
        };
    Set<String> used = new HashSet<>(own);
    used.add("objective");
    if (newObjective().controls().contains("beta")) {
      used.addAll(List.of("beta-schedule", "beta-steps", "beta-ramp"));
    }
    return used;
  }

  private static double or(Double value, double fallback) {
    return value == null ? fallback : value;
  }

  private static void requireWeight(String setting, Double value, String advice) {
    Settings.require(
        value == null || (value >= 0 && value < Double.POSITIVE_INFINITY),
        setting,
        value,
        "a finite number >= 0",
        advice);
  }

  private static void requireAlphaAndLambda(String name, Double alpha, double lambda) {
    Settings.require(
        alpha == null || Double.isFinite(alpha),
        "alpha",
        alpha,
        "a finite number",
        "Leave it out for the objective's default.");
    Settings.require(
        Double.isFinite(lambda), "lambda", lambda, "a finite number", "The default is 1000.");
    if (name.equals(InfoVae.NAME)) {
      double mmd = or(alpha, INFO_ALPHA) + lambda - 1;
      Settings.require(
          mmd >= 0,
          "lambda",
          lambda,
          "at least " + (lambda - mmd) + ", which is 1 - alpha",
          "A smaller one would push the samples away from the prior.");
    } else {
      requireWeight("alpha", alpha, "Leave it out for the objective's default.");
    }
  }
}
