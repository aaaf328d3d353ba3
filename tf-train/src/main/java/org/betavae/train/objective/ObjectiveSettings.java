package org.betavae.train.objective;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.util.List;
import org.betavae.train.Settings;

/**
 * Which objective, and its settings; an objective ignores those of others.
 *
 * @param name one of {@link Objective#NAMES}
 * @param beta weight of the KL term, at least 0
 * @param betaSchedule one of {@link BetaSchedule#NAMES}, or knots {@code STEP:BETA,STEP:BETA,...}
 * @param betaSteps length of the warm-up or of one cycle, steps, at least 1
 * @param betaRamp part of a cycle in which β rises, in (0, 1]
 */
@JsonNaming(PropertyNamingStrategies.KebabCaseStrategy.class)
public record ObjectiveSettings(
    @JsonProperty("objective") String name,
    double beta,
    String betaSchedule,
    long betaSteps,
    double betaRamp) {

  /** disentanglement_lib's defaults where it has the setting (Locatello et al. 2019, table 1). */
  public static final ObjectiveSettings DEFAULT =
      new ObjectiveSettings("beta-vae", 4, "constant", 10_000, 0.5);

  public ObjectiveSettings {
    Settings.requireOneOf("objective", name, Objective.NAMES);
    Settings.require(
        beta >= 0 && beta < Double.POSITIVE_INFINITY,
        "beta",
        beta,
        "a finite number >= 0",
        "Use 1 for a plain VAE.");
    Settings.requirePositive("beta-steps", betaSteps);
    Settings.require(
        betaRamp > 0 && betaRamp <= 1,
        "beta-ramp",
        betaRamp,
        "a number above 0 and at most 1",
        "The usual part is 0.5.");
    BetaSchedule.of(betaSchedule, beta, betaSteps, betaRamp);
  }

  /** The objective with these settings. */
  public Objective newObjective() {
    return switch (name) {
      case "beta-vae" ->
          new BetaVae(name, BetaSchedule.of(betaSchedule, beta, betaSteps, betaRamp));
      case "vae" -> new BetaVae(name, BetaSchedule.of("constant", 1, betaSteps, betaRamp));
      default ->
          throw new IllegalStateException(
              "Objective " + name + " is in the list " + List.copyOf(Objective.NAMES) + " alone.");
    };
  }
}
