package org.betavae.train;

import org.betavae.data.Dataset;
import org.betavae.data.Split;

/**
 * The data of a run. All three stay open; closing them is their owner's.
 *
 * @param all what the run was given to train on
 * @param train the part that is trained on
 * @param validation what is held out
 */
public record TrainData(Dataset all, Dataset train, Dataset validation) {
  public TrainData {
    if (!validation.shape().equals(all.shape())) {
      throw new IllegalArgumentException(
          "Validation data "
              + validation.name()
              + " are "
              + validation.shape()
              + ", expected "
              + all.shape()
              + " as "
              + all.name()
              + ". Give data of one shape.");
    }
  }

  /** Data of which a part is held out, chosen by the seed; no more than a validation uses. */
  public static TrainData of(TrainConfig config, Dataset data) {
    ValidationSettings settings = config.validation();
    double largest = (double) settings.validationImages() / data.size();
    Split split = Split.of(data, Math.min(settings.validationFraction(), largest), config.seed());
    return new TrainData(data, split.train(), split.validation());
  }

  /**
   * Data that are trained on as a whole, and others to validate on.
   *
   * @throws IllegalArgumentException if both are not of one shape
   */
  public static TrainData of(Dataset data, Dataset validation) {
    return new TrainData(data, data, validation);
  }
}
