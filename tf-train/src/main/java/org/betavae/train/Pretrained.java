package org.betavae.train;

import java.nio.file.Path;
import java.util.Optional;
import org.betavae.data.ItemShape;

/** A model that a run begins with, opened. */
interface Pretrained {
  /** Settings that follow from it, where nobody says otherwise. */
  TrainConfig settings(TrainConfig base);

  /**
   * What a run with these settings builds its graphs of.
   *
   * @throws IllegalArgumentException if the model does not suit the items or the settings
   */
  Model model(TrainConfig config, ItemShape shape, TrainListener listener);

  /**
   * The items that it takes, where it says so; pictures are resized to them.
   *
   * @param layout as {@link FineTuneSettings#layout}
   */
  Optional<ItemShape> itemShape(String layout);

  /** The settings with what was found out about the model, so that it need not be again. */
  default TrainConfig resolved(TrainConfig config, Model model) {
    return config;
  }

  /** Copies what {@link PretrainedFiles#open} needs into a folder. */
  void keep(Path folder);
}
