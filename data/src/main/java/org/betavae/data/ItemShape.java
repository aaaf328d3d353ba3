package org.betavae.data;

/**
 * Shape of one item of a {@link Dataset}: an image {@code [height, width, channels]}, or a vector.
 *
 * @param height rows; 1 for a vector
 * @param width columns; the length for a vector
 * @param channels 1 or 3 for images, 1 for a vector
 * @param image whether the item is an image
 */
public record ItemShape(int height, int width, int channels, boolean image) {
  /**
   * @throws IllegalArgumentException if a size is below 1, the item has more than 2^31 - 1 values,
   *     or a vector has more than one row or channel
   */
  public ItemShape {
    if (height < 1 || width < 1 || channels < 1) {
      throw new IllegalArgumentException(
          "item shape is %dx%dx%d, expected sizes of at least 1. Check the order of the axes."
              .formatted(height, width, channels));
    }
    if ((double) height * width * channels > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "item shape is %dx%dx%d, expected at most %d values. Cut or shrink the items."
              .formatted(height, width, channels, Integer.MAX_VALUE));
    }
    if (!image && (height != 1 || channels != 1)) {
      throw new IllegalArgumentException(
          "vector shape is %dx%dx%d, expected one row and one channel. Use ItemShape.vector(length)."
              .formatted(height, width, channels));
    }
  }

  /** An image of the given size. */
  public static ItemShape image(int height, int width, int channels) {
    return new ItemShape(height, width, channels, true);
  }

  /** A vector of the given length. */
  public static ItemShape vector(int length) {
    return new ItemShape(1, length, 1, false);
  }

  /** Number of values of one item. */
  public int size() {
    return height * width * channels;
  }

  /** {@code 64x64x1} for an image, {@code 784} for a vector. */
  @Override
  public String toString() {
    return image ? height + "x" + width + "x" + channels : Integer.toString(width);
  }
}
