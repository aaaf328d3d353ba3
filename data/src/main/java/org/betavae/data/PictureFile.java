package org.betavae.data;

import java.nio.file.Path;
import java.util.Locale;
import javax.imageio.ImageIO;

/**
 * One picture file.
 *
 * @param file where it lies
 * @param reader reads it
 * @param header its size and type
 */
record PictureFile(Path file, PictureReader reader, PictureReader.Header header) {
  /** A picture of this size takes 400 MB while it is read. */
  private static final long MOST_PIXELS = 100_000_000;

  /**
   * Reads size and type without the pixels.
   *
   * @throws DataException if it is no picture that this Java can read
   */
  static PictureFile of(Path file) {
    PictureReader reader =
        new PictureReader(
            file.toString(), ending(file), () -> ImageIO.createImageInputStream(file.toFile()));
    return new PictureFile(file, reader, reader.header(MOST_PIXELS));
  }

  private static String ending(Path file) {
    String name = file.getFileName().toString();
    return name.substring(name.lastIndexOf('.') + 1).toUpperCase(Locale.ROOT);
  }

  int width() {
    return header.width();
  }

  int height() {
    return header.height();
  }

  /** Whether it holds no colour by its type. */
  boolean gray() {
    return header.gray();
  }

  /**
   * Reads the first image of the file.
   *
   * @param channels 1 for gray (by ITU-R BT.601 luma), 3 for RGB
   * @return 8-bit levels, shape {@code [height, width, channels]}; transparent parts over black
   */
  byte[] read(int channels) {
    return reader.read(header, channels);
  }

  /** The shape of its levels. */
  ItemShape shape(int channels) {
    return ItemShape.image(height(), width(), channels);
  }
}
