package org.betavae.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.betavae.data.DataException;
import org.betavae.data.DataSources;
import org.betavae.data.Dataset;
import org.betavae.data.ItemShape;
import org.betavae.data.SourceOptions;
import org.betavae.train.TrainConfig;

/** Opens the data of a run. Pictures of a folder are resized where the network asks for a size. */
final class TrainingData {
  private static final Map<String, Integer> SIDES = Map.of("conv64", 64, "conv32", 32);
  private static final int SMALLEST_FOR_CONV32 = 28;

  private TrainingData() {}

  static Dataset open(TrainConfig config) {
    Integer side = SIDES.get(config.arch());
    if (side == null || !Files.isDirectory(Path.of(config.data()))) {
      return DataSources.open(config.data(), SourceOptions.defaults());
    }
    int channels;
    try {
      Dataset asFound = DataSources.open(config.data(), SourceOptions.defaults());
      if (fits(asFound.shape(), side)) {
        return asFound;
      }
      channels = asFound.shape().channels();
      asFound.close();
    } catch (DataException e) {
      // Pictures of several sizes; if it is anything else, what follows says so again.
      channels = 3;
    }
    return DataSources.open(
        config.data(), SourceOptions.wanting(ItemShape.image(side, side, channels)));
  }

  private static boolean fits(ItemShape shape, int side) {
    boolean square = shape.height() == shape.width();
    return square
        && (shape.height() == side || (side == 32 && shape.height() == SMALLEST_FOR_CONV32));
  }
}
