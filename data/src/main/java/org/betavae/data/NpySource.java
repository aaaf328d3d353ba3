package org.betavae.data;

import java.nio.file.Path;
import java.util.Optional;

/** A {@code .npy} file as a data set; it stays mapped unless it is binary. */
final class NpySource {
  private NpySource() {}

  static Dataset open(Path file, SourceOptions options) {
    NpyReader reader = NpyReader.open(file);
    return ArrayItems.open(
        Sources.name(file), file.toString(), reader.numbers(), options.wanted(), Optional.empty());
  }
}
