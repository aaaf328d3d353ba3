package org.betavae.infer;

import java.util.Arrays;

/**
 * A batch of images (or of plain vectors) as a decoder made them, flat, {@code [N, C, H, W]}. The
 * array is the object's own: who changes it changes it for all its readers.
 */
public final class Images {
  private final int count;
  private final ItemShape shape;
  private final float[] values;

  Images(int count, ItemShape shape, float[] values) {
    this.count = count;
    this.shape = shape;
    this.values = values;
  }

  /** Number of images, N. */
  public int count() {
    return count;
  }

  /** Number of channels, C; 1 for vectors. */
  public int channels() {
    return shape.channels();
  }

  /** Height H in pixels; 1 for vectors. */
  public int height() {
    return shape.height();
  }

  /** Width W in pixels; the number of values D for vectors. */
  public int width() {
    return shape.width();
  }

  /** Whether the model's data are plain vectors and no images. */
  public boolean isVector() {
    return shape.isVector();
  }

  /** Values of one image, C·H·W. */
  public int imageSize() {
    return shape.size();
  }

  /** All values, shape {@code [N, C, H, W]}: the mean of the likelihood, in [0,1] for images. */
  public float[] values() {
    return values;
  }

  /**
   * A copy of one image, shape {@code [C, H, W]}.
   *
   * @throws IndexOutOfBoundsException if there is no such image
   */
  public float[] image(int index) {
    if (index < 0 || index >= count) {
      throw new IndexOutOfBoundsException(
          "index is " + index + ", expected 0 to " + (count - 1) + " of " + count + " images");
    }
    return Arrays.copyOfRange(values, index * shape.size(), (index + 1) * shape.size());
  }

  @Override
  public String toString() {
    return "Images" + shape.batchShape(count);
  }
}
