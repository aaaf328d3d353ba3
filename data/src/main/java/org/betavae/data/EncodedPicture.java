package org.betavae.data;

import java.io.ByteArrayInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * A PNG or JPEG picture in memory, of which the header has been read and the pixels have not: its
 * size can be judged before memory is spent on it.
 */
public final class EncodedPicture {
  private final PictureReader reader;
  private final PictureReader.Header header;

  private EncodedPicture(PictureReader reader) {
    this.reader = reader;
    this.header = reader.header(Long.MAX_VALUE);
  }

  /**
   * Reads the header.
   *
   * @param name how messages call the picture
   * @param bytes a whole PNG or JPEG file; not to be changed as long as the object is in use
   * @throws DataException if it is neither, or its header is damaged
   */
  public static EncodedPicture of(String name, byte[] bytes) {
    String kind = kind(bytes);
    if (kind.isEmpty()) {
      throw new DataException(
          "%s: begins with %s, expected the bytes of a PNG or JPEG picture. Convert it to PNG."
              .formatted(name, beginning(bytes)));
    }
    return new EncodedPicture(
        new PictureReader(
            name, kind, () -> new MemoryCacheImageInputStream(new ByteArrayInputStream(bytes))));
  }

  /** PNG, JPEG, or empty for anything else, by the first bytes alone. */
  private static String kind(byte[] bytes) {
    if (startsWith(bytes, 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n')) {
      return "PNG";
    }
    return startsWith(bytes, 0xff, 0xd8, 0xff) ? "JPEG" : "";
  }

  private static boolean startsWith(byte[] bytes, int... wanted) {
    for (int i = 0; i < wanted.length; i++) {
      if (i >= bytes.length || (bytes[i] & 0xff) != wanted[i]) {
        return false;
      }
    }
    return true;
  }

  private static String beginning(byte[] bytes) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < Math.min(bytes.length, 4); i++) {
      text.append("%02x ".formatted(bytes[i]));
    }
    return text.isEmpty() ? "nothing" : text.toString().strip();
  }

  /** Columns, by the header. */
  public int width() {
    return header.width();
  }

  /** Rows, by the header. */
  public int height() {
    return header.height();
  }

  /**
   * Decodes the picture, turns it gray or into RGB, and resizes it; the aspect is not kept.
   *
   * @param shape an image of 1 (gray, by ITU-R BT.601 luma) or 3 channels (RGB)
   * @return 8-bit levels, shape {@code [height, width, channels]}; transparent parts over black
   * @throws DataException if the picture is cut off or damaged
   * @throws IllegalArgumentException if the shape is a vector's or has other channels
   */
  public byte[] read(ItemShape shape) {
    if (!shape.image() || (shape.channels() != 1 && shape.channels() != 3)) {
      throw new IllegalArgumentException(
          "items are %s, expected images of 1 or 3 channels to read a picture into. Give the values as numbers."
              .formatted(shape));
    }
    byte[] levels = reader.read(header, shape.channels());
    ItemShape found = ItemShape.image(header.height(), header.width(), shape.channels());
    return found.equals(shape) ? levels : Resampler.resize(levels, found, shape);
  }
}
