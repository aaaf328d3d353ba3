package org.betavae.train.optimizer;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import org.betavae.train.Settings;

/**
 * The optimiser's settings.
 *
 * @param learningRate Adam's α, above 0
 */
@JsonNaming(PropertyNamingStrategies.KebabCaseStrategy.class)
public record OptimizerSettings(double learningRate) {

  /** disentanglement_lib's default (Locatello et al. 2019, table 1). */
  public static final OptimizerSettings DEFAULT = new OptimizerSettings(1e-4);

  public OptimizerSettings {
    Settings.require(
        learningRate > 0 && learningRate < Double.POSITIVE_INFINITY,
        "learning-rate",
        learningRate,
        "a finite number > 0",
        "The usual rate is 1e-4.");
  }
}
