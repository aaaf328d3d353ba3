package org.betavae.train.objective;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.betavae.train.Settings;

/**
 * Which likelihood, and its settings. What is left out (null) gets the likelihood's own value;
 * {@code bernoulli} and {@code beta-binomial} have no such settings and leave them as they are.
 *
 * @param name one of {@link Likelihood#NAMES}
 * @param variance one of {@link #VARIANCES}: whether the width of {@code gaussian}, {@code laplace}
 *     and {@code discretised-logistic} is {@code sigma}, a trained weight that begins there, or
 *     comes from the decoder; left out: fixed, but learned for {@code discretised-logistic}
 * @param sigma that width, in the unit of the data, above 0: standard deviation of {@code
 *     gaussian}, scale of {@code laplace} and {@code discretised-logistic}; left out: 1, but 0.1
 *     for {@code discretised-logistic}
 * @param decoderMean one of {@link Location#NAMES}: how their middle comes from the decoder's
 *     output; left out: identity
 */
@JsonNaming(PropertyNamingStrategies.KebabCaseStrategy.class)
public record LikelihoodSettings(
    @JsonProperty("likelihood") String name, String variance, Double sigma, String decoderMean) {
  /** Names for {@code variance}, in the order in which they are shown. */
  public static final List<String> VARIANCES = List.of("fixed", "learned", "per-pixel");

  /** disentanglement_lib's default for dSprites. */
  public static final LikelihoodSettings DEFAULT =
      new LikelihoodSettings("bernoulli", null, null, null);

  /** A standard deviation of about a fifth of the range of a picture. */
  private static final double DISCRETISED_SIGMA = 0.1;

  public LikelihoodSettings {
    Settings.requireOneOf("likelihood", name, Likelihood.NAMES);
    boolean discretised = "discretised-logistic".equals(name);
    if (discretised || "gaussian".equals(name) || "laplace".equals(name)) {
      variance = variance != null ? variance : discretised ? "learned" : "fixed";
      sigma = sigma != null ? sigma : Double.valueOf(discretised ? DISCRETISED_SIGMA : 1);
      decoderMean = decoderMean != null ? decoderMean : "identity";
    }
    if (variance != null) {
      Settings.requireOneOf("variance", variance, VARIANCES);
    }
    if (sigma != null) {
      Scale.fixed(sigma);
    }
    if (decoderMean != null) {
      Settings.requireOneOf("decoder-mean", decoderMean, Location.NAMES);
    }
  }

  /** The likelihood with these settings. */
  public Likelihood newLikelihood() {
    return switch (name) {
      case "bernoulli" -> new Bernoulli();
      case "gaussian" -> new Gaussian(Location.of(decoderMean), scale());
      case "laplace" -> new Laplace(Location.of(decoderMean), scale());
      case "discretised-logistic" -> new DiscretisedLogistic(Location.of(decoderMean), scale());
      case "beta-binomial" -> new BetaBinomial(BetaBinomial.EIGHT_BIT);
      default -> throw new IllegalStateException("Likelihood " + name + " is in the list alone.");
    };
  }

  /** Names of the settings that the likelihood uses; others have no effect. */
  public Set<String> used() {
    return name.equals("bernoulli") || name.equals("beta-binomial")
        ? Set.of("likelihood")
        : Set.of("likelihood", "variance", "sigma", "decoder-mean");
  }

  private Scale scale() {
    String kind = variance.replace('-', '_').toUpperCase(Locale.ROOT);
    return new Scale(Scale.Kind.valueOf(kind), sigma);
  }
}
