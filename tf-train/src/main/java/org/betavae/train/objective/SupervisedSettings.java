package org.betavae.train.objective;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.betavae.train.Settings;

/**
 * Whether latents learn the data's factors or classes, as a term added to any objective.
 *
 * @param loss one of {@link SupervisedLoss#NAMES}
 * @param weight γ_sup, at least 0
 * @param labels how many of the items that are trained on have labels, chosen by the seed; 0: all
 */
@JsonNaming(PropertyNamingStrategies.KebabCaseStrategy.class)
public record SupervisedSettings(
    @JsonProperty("supervised") String loss,
    @JsonProperty("supervised-weight") double weight,
    @JsonProperty("supervised-labels") int labels) {

  /** Without labels. */
  public static final SupervisedSettings DEFAULT =
      new SupervisedSettings(SupervisedLoss.NONE, 1, 0);

  public SupervisedSettings {
    Settings.requireOneOf("supervised", loss, SupervisedLoss.NAMES);
    Settings.require(
        weight >= 0 && weight < Double.POSITIVE_INFINITY,
        "supervised-weight",
        weight,
        "a finite number >= 0",
        "The default is 1.");
    Settings.require(
        labels >= 0, "supervised-labels", labels, "a whole number >= 0", "Use 0 for all items.");
  }

  /** The term with these settings, if there is one. */
  public Optional<SupervisedLoss> newLoss() {
    return loss.equals(SupervisedLoss.NONE)
        ? Optional.empty()
        : Optional.of(new SupervisedLoss(loss, weight));
  }

  /** For a model's facts; empty without labels. */
  public Map<String, Object> settings() {
    Map<String, Object> settings = new LinkedHashMap<>();
    if (newLoss().isPresent()) {
      settings.put("supervised", loss);
      settings.put("supervised-weight", weight);
      settings.put("supervised-labels", labels);
    }
    return settings;
  }
}
