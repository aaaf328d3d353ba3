package org.betavae.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import org.betavae.data.DataSources;
import org.betavae.data.Dataset;
import org.betavae.data.NpyReader;
import org.betavae.data.NpzReader;
import org.betavae.data.SourceOptions;

/**
 * Latents from a file in one of the formats that {@code embed} writes: {@code .npy}, {@code .npz}
 * with an array {@code mean}, or {@code .csv} with a header.
 */
final class LatentFile {
  private final String place;
  private final int[] shape;
  private final float[] values;

  private LatentFile(String place, int[] shape, float[] values) {
    this.place = place;
    this.shape = shape;
    this.values = values;
  }

  /**
   * Reads a whole file.
   *
   * @throws org.betavae.data.DataException if it is missing, damaged or of another kind
   */
  static LatentFile read(Path file) {
    String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
    if (name.endsWith(".npz")) {
      try (NpzReader npz = NpzReader.open(file);
          NpyReader mean = npz.get("mean")) {
        return new LatentFile(file + ", array 'mean'", mean.shape(), mean.toFloats());
      }
    }
    // Only a file: a data source may be much else.
    return name.endsWith(".csv") && Files.isRegularFile(file) ? csv(file) : npy(file);
  }

  private static LatentFile npy(Path file) {
    try (NpyReader reader = NpyReader.open(file)) {
      return new LatentFile(file.toString(), reader.shape(), reader.toFloats());
    }
  }

  private static LatentFile csv(Path file) {
    try (Dataset data = DataSources.open(file.toString(), SourceOptions.defaults())) {
      int size = data.shape().size();
      float[] values = new float[Math.multiplyExact(data.size(), size)];
      for (int i = 0; i < data.size(); i++) {
        data.read(i, values, i * size);
      }
      return new LatentFile(file.toString(), new int[] {data.size(), size}, values);
    }
  }

  /** The file, and what of it was read, for messages. */
  String place() {
    return place;
  }

  /** The dimensions as they are in the file. */
  int[] shape() {
    return shape.clone();
  }

  /** The dimensions as text. */
  String shapeText() {
    return Arrays.toString(shape);
  }

  /** All values, row by row; the array itself. */
  float[] values() {
    return values;
  }
}
