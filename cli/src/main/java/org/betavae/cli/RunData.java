package org.betavae.cli;

import java.util.Optional;
import org.betavae.data.DataSources;
import org.betavae.data.Dataset;
import org.betavae.data.ItemShape;
import org.betavae.data.SourceOptions;
import org.betavae.train.TrainConfig;
import org.betavae.train.TrainData;

/** Everything that a run trains and validates on, opened. */
final class RunData implements AutoCloseable {
  private final Dataset data;
  private final Dataset validation;

  private RunData(Dataset data, Dataset validation) {
    this.data = data;
    this.validation = validation;
  }

  /**
   * Opens what is trained on, and what is validated on where that is a source of its own.
   *
   * @param model the items that the model takes with which the run begins, where it begins with one
   */
  static RunData open(TrainConfig config, Optional<ItemShape> model) {
    Dataset data = TrainingData.open(config, model);
    try {
      String source = config.validation().validationData();
      return new RunData(
          data, source == null ? null : DataSources.open(source, wanting(source, data.shape())));
    } catch (RuntimeException | Error e) {
      data.close();
      throw e;
    }
  }

  /** What the run was given to train on. */
  Dataset all() {
    return data;
  }

  /** The data in the parts that a run uses. */
  TrainData parts(TrainConfig config) {
    return validation == null ? TrainData.of(config, data) : TrainData.of(data, validation);
  }

  @Override
  public void close() {
    data.close();
    if (validation != null) {
      validation.close();
    }
  }

  /** Pictures take the shape of the others; any other source says itself what it holds. */
  private static SourceOptions wanting(String source, ItemShape shape) {
    return DataSources.isFolder(source) ? SourceOptions.wanting(shape) : SourceOptions.defaults();
  }
}
