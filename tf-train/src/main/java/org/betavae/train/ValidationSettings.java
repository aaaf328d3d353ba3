package org.betavae.train;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;

/**
 * What is held out, how often it is looked at, and whether it may end the run.
 *
 * @param validationData data source of its own to validate on; null holds out a part of the data
 * @param validationFraction share of the data held out for validation, in (0, 1)
 * @param validationImages at most so many items are held out, at least 1
 * @param validationEvery steps between validations, at least 1
 * @param earlyStopping training ends after so many validations in a row without an improvement of
 *     the negative ELBO; 0 never ends it
 * @param earlyStoppingMinDelta a smaller gain is no improvement, nats per image, at least 0
 * @param iwaeSamples K of the importance weighted bound that is evaluated when a run ends; 0 for
 *     none
 */
@JsonNaming(PropertyNamingStrategies.KebabCaseStrategy.class)
public record ValidationSettings(
    String validationData,
    double validationFraction,
    int validationImages,
    long validationEvery,
    int earlyStopping,
    double earlyStoppingMinDelta,
    int iwaeSamples) {

  /** A twentieth, at most 2,000 items, every 1,000 steps; never ends a run. */
  public static final ValidationSettings DEFAULT =
      new ValidationSettings(null, 0.05, 2000, 1000, 0, 0, 0);

  public ValidationSettings {
    Settings.require(
        validationData == null || !validationData.isBlank(),
        "validation-data",
        "\"" + validationData + "\"",
        "a data source",
        "Leave it out to hold out a part of the data.");
    Settings.require(
        validationFraction > 0 && validationFraction < 1,
        "validation-fraction",
        validationFraction,
        "a number between 0 and 1",
        "The default is 0.05.");
    Settings.requirePositive("validation-images", validationImages);
    Settings.requirePositive("validation-every", validationEvery);
    Settings.require(
        earlyStopping >= 0,
        "early-stopping",
        earlyStopping,
        "a whole number >= 0",
        "Use 0 to train all steps.");
    Settings.require(
        earlyStoppingMinDelta >= 0 && earlyStoppingMinDelta < Double.POSITIVE_INFINITY,
        "early-stopping-min-delta",
        earlyStoppingMinDelta,
        "a finite number of nats >= 0",
        "Use 0 to count every gain.");
    Settings.require(
        iwaeSamples >= 0,
        "iwae-samples",
        iwaeSamples,
        "a whole number >= 0",
        "Use 0 for no bound, 50 or 5000 as in the literature.");
  }
}
