package org.betavae.train.objective;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import org.betavae.train.Settings;

/**
 * Which likelihood, and its settings.
 *
 * @param name one of {@link Likelihood#NAMES}
 * @param sigma standard deviation of {@code gaussian}, in the unit of the data, above 0
 */
@JsonNaming(PropertyNamingStrategies.KebabCaseStrategy.class)
public record LikelihoodSettings(@JsonProperty("likelihood") String name, double sigma) {

  /** disentanglement_lib's default for dSprites. */
  public static final LikelihoodSettings DEFAULT = new LikelihoodSettings("bernoulli", 1);

  public LikelihoodSettings {
    Settings.requireOneOf("likelihood", name, Likelihood.NAMES);
    Settings.require(
        sigma > 0 && sigma < Double.POSITIVE_INFINITY,
        "sigma",
        sigma,
        "a finite number > 0",
        "Use 1 for half the squared error.");
  }

  /** The likelihood with these settings. */
  public Likelihood newLikelihood() {
    return switch (name) {
      case "bernoulli" -> new Bernoulli();
      case "gaussian" -> new Gaussian(sigma);
      default -> throw new IllegalStateException("Likelihood " + name + " is in the list alone.");
    };
  }
}
