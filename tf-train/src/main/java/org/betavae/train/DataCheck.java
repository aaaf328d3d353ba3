package org.betavae.train;

import org.betavae.data.Dataset;
import org.betavae.data.ValueRange;

/** Whether data suit the settings of a run. */
final class DataCheck {
  private DataCheck() {}

  /**
   * Checks all that can be known before a step is done.
   *
   * @throws IllegalArgumentException if the data do not suit the network, the likelihood or the
   *     batch
   */
  static void requireFits(TrainConfig config, TrainData data) {
    requireFits(config, data.all());
    requireRange(config, data.validation());
    int items = data.train().size();
    Settings.require(
        config.batch() <= items,
        "batch",
        config.batch(),
        "at most the "
            + items
            + " items of "
            + data.all().name()
            + " that are trained on ("
            + data.validation().size()
            + " are for validation)",
        "Use a smaller --batch.");
  }

  /** The part of it that needs no split. */
  static void requireFits(TrainConfig config, Dataset data) {
    if (!config.network().imported()) { // an imported one is checked when it is opened
      config.network().newNetwork(data.shape(), config.newLikelihood().outputsPerValue());
    }
    requireRange(config, data);
  }

  private static void requireRange(TrainConfig config, Dataset data) {
    ValueRange range = data.range();
    if (config.newLikelihood().needsUnitInterval() && (range.min() < 0 || range.max() > 1)) {
      throw new IllegalArgumentException(
          "Data "
              + data.name()
              + " hold values from "
              + range.min()
              + " to "
              + range.max()
              + ", expected [0,1] for likelihood "
              + config.likelihood().name()
              + ". Scale them, or use --likelihood gaussian --decoder-mean identity.");
    }
  }
}
