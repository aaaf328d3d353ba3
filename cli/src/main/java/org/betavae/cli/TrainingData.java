package org.betavae.cli;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.betavae.data.DataException;
import org.betavae.data.DataSources;
import org.betavae.data.Dataset;
import org.betavae.data.ItemShape;
import org.betavae.data.SourceOptions;
import org.betavae.train.TrainConfig;

/**
 * Opens the data of a run. Pictures of a folder are resized to the image size that is set, or to
 * what the model takes with which the run begins, or else to the first size that the network takes,
 * unless they all have one of its sizes already.
 */
final class TrainingData {
  /** Sides of the square images that a network takes; the first is the one to resize to. */
  private static final Map<String, List<Integer>> SIDES =
      Map.of(
          "conv64", List.of(64),
          "burgess64", List.of(64),
          "conv32", List.of(32, 28),
          "resnet", List.of(64, 128));

  private TrainingData() {}

  /**
   * Opens them.
   *
   * @param model the items that the model takes with which the run begins, where it begins with one
   */
  static Dataset open(TrainConfig config, Optional<ItemShape> model) {
    Integer wanted = config.network().imageSize();
    List<Integer> sides =
        wanted == null ? SIDES.getOrDefault(config.arch(), List.of()) : List.of(wanted);
    if (!DataSources.isFolder(config.data())) {
      Dataset data = DataSources.open(config.data(), SourceOptions.defaults());
      requireSize(data, wanted);
      return data;
    }
    if (model.isPresent() && (wanted == null || isSquare(model.get(), wanted))) {
      return DataSources.open(config.data(), SourceOptions.wanting(model.get()));
    }
    if (sides.isEmpty()) {
      return DataSources.open(config.data(), SourceOptions.defaults());
    }
    try {
      Dataset asFound = DataSources.open(config.data(), SourceOptions.defaults());
      if (sides.stream().anyMatch(side -> isSquare(asFound.shape(), side))) {
        return asFound;
      }
      asFound.close();
    } catch (DataException e) {
      // Pictures of several sizes; if it is anything else, what follows says so again.
    }
    return DataSources.open(config.data(), SourceOptions.ofSide(sides.get(0)));
  }

  private static void requireSize(Dataset data, Integer side) {
    if (side != null && !isSquare(data.shape(), side)) {
      ItemShape shape = data.shape();
      data.close();
      throw new IllegalArgumentException(
          "image-size is "
              + side
              + ", and the items of "
              + data.name()
              + " are "
              + shape
              + ": only the pictures of a folder are resized. Leave out --image-size.");
    }
  }

  private static boolean isSquare(ItemShape shape, int side) {
    return shape.image() && shape.height() == side && shape.width() == side;
  }
}
