package org.betavae.data;

import java.awt.image.BufferedImage;
import java.awt.image.WritableRaster;
import java.util.List;
import java.util.Objects;

/**
 * Lays images out in rows and columns of one picture, with gaps, an optional enlargement by a whole
 * number, and optional labels. Draws without any installed font.
 *
 * @param shape shape of each image
 * @param columns images in a row
 * @param padding pixels between images and around them
 * @param scale each value becomes a square of so many pixels
 * @param rowLabels one text a row, drawn left of it; empty for none
 * @param columnLabels one text a column, drawn above it and cut to its width; empty for none
 */
public record ImageGrid(
    ItemShape shape,
    int columns,
    int padding,
    int scale,
    List<String> rowLabels,
    List<String> columnLabels) {
  private static final int BACKGROUND = 96;
  private static final int INK = 255;

  /**
   * @throws IllegalArgumentException if the shape is a vector's or has other than 1 or 3 channels,
   *     or a number is out of its range
   */
  public ImageGrid {
    Objects.requireNonNull(shape, "shape");
    if (!shape.image() || (shape.channels() != 1 && shape.channels() != 3)) {
      throw new IllegalArgumentException(
          "items to draw are %s, expected images of 1 or 3 channels. Give the shape of an image."
              .formatted(shape));
    }
    atLeast("columns", columns, 1);
    atLeast("padding", padding, 0);
    atLeast("scale", scale, 1);
    rowLabels = List.copyOf(rowLabels);
    columnLabels = List.copyOf(columnLabels);
    if (!columnLabels.isEmpty() && columnLabels.size() != columns) {
      throw new IllegalArgumentException(
          "%d column labels, expected %d, one a column, or none. Give one for each."
              .formatted(columnLabels.size(), columns));
    }
  }

  private static void atLeast(String what, int value, int least) {
    if (value < least) {
      throw new IllegalArgumentException(
          "%s is %d, expected at least %d. Use %d if unsure."
              .formatted(what, value, least, Math.max(least, 1)));
    }
  }

  /** A grid with gaps of 2 pixels, not enlarged, without labels. */
  public static ImageGrid of(ItemShape shape, int columns) {
    return new ImageGrid(shape, columns, 2, 1, List.of(), List.of());
  }

  /** The same with another gap. */
  public ImageGrid withPadding(int pixels) {
    return new ImageGrid(shape, columns, pixels, scale, rowLabels, columnLabels);
  }

  /** The same with another enlargement. */
  public ImageGrid withScale(int factor) {
    return new ImageGrid(shape, columns, padding, factor, rowLabels, columnLabels);
  }

  /** The same with a text left of each row. */
  public ImageGrid withRowLabels(List<String> labels) {
    return new ImageGrid(shape, columns, padding, scale, labels, columnLabels);
  }

  /** The same with a text above each column. */
  public ImageGrid withColumnLabels(List<String> labels) {
    return new ImageGrid(shape, columns, padding, scale, rowLabels, labels);
  }

  /** Images that are made as they are drawn. */
  public interface Items {
    /**
     * Some of them.
     *
     * @return images as rows, columns, channels, shape {@code [count, shape.size()]}
     */
    float[] values(int first, int count);
  }

  /**
   * Draws images row by row as {@link #draw(float[], int, int)} does, asking for so many at once,
   * so that they need not all be in memory.
   */
  public BufferedImage draw(int count, int atOnce, Items items) {
    atLeast("number of images", count, 1);
    atLeast("images at once", atOnce, 1);
    BufferedImage picture = blank(count);
    for (int first = 0; first < count; first += atOnce) {
      int part = Math.min(atOnce, count - first);
      float[] values = items.values(first, part);
      Objects.checkFromIndexSize(0, Math.multiplyExact(part, shape.size()), values.length);
      drawImages(values, 0, first, part, picture.getRaster());
    }
    drawLabels(picture.getRaster());
    return picture;
  }

  /**
   * Draws images row by row; values outside [0, 1] are cut off, NaN is black.
   *
   * @param values images as rows, columns, channels, shape {@code [count, shape.size()]} from the
   *     offset on
   * @return 8-bit gray, or RGB for images of 3 channels
   * @throws IllegalArgumentException if there are no images, not one label a row, or the picture
   *     has 2^31 pixels or more
   * @throws IndexOutOfBoundsException if there are fewer values
   */
  public BufferedImage draw(float[] values, int offset, int count) {
    atLeast("number of images", count, 1);
    Objects.checkFromIndexSize(offset, Math.multiplyExact(count, shape.size()), values.length);
    BufferedImage picture = blank(count);
    drawImages(values, offset, 0, count, picture.getRaster());
    drawLabels(picture.getRaster());
    return picture;
  }

  private BufferedImage blank(int count) {
    int rows = (count + columns - 1) / columns;
    if (!rowLabels.isEmpty() && rowLabels.size() != rows) {
      throw new IllegalArgumentException(
          "%d row labels, expected %d, one a row, or none. Give one for each."
              .formatted(rowLabels.size(), rows));
    }
    return blank(left() + columns * (long) cellWidth(), top() + rows * (long) cellHeight());
  }

  private void drawImages(float[] values, int offset, int first, int count, WritableRaster raster) {
    for (int i = 0; i < count; i++) {
      int x = left() + (first + i) % columns * cellWidth();
      int y = top() + (first + i) / columns * cellHeight();
      drawImage(values, offset + i * shape.size(), raster, x, y);
    }
  }

  private int cellWidth() {
    return shape.width() * scale + padding;
  }

  private int cellHeight() {
    return shape.height() * scale + padding;
  }

  private int left() {
    int widest = rowLabels.stream().mapToInt(TinyFont::width).max().orElse(0);
    return padding + (widest == 0 ? 0 : widest * labelScale() + Math.max(padding, 2) + 2);
  }

  private int top() {
    return padding
        + (columnLabels.isEmpty() ? 0 : TinyFont.HEIGHT * labelScale() + Math.max(padding, 2) + 2);
  }

  private int labelScale() {
    return Math.max(1, scale / 2);
  }

  private BufferedImage blank(long width, long height) {
    if (width * (double) height >= Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "picture would be %dx%d, expected fewer than 2^31 pixels. Draw fewer images or a smaller scale."
              .formatted(width, height));
    }
    BufferedImage picture =
        new BufferedImage(
            (int) width,
            (int) height,
            shape.channels() == 1 ? BufferedImage.TYPE_BYTE_GRAY : BufferedImage.TYPE_INT_RGB);
    fill(picture.getRaster(), 0, 0, (int) width, (int) height, BACKGROUND);
    return picture;
  }

  private void fill(WritableRaster raster, int left, int top, int width, int height, int level) {
    for (int y = top; y < top + height; y++) {
      for (int x = left; x < left + width; x++) {
        for (int c = 0; c < shape.channels(); c++) {
          raster.setSample(x, y, c, level);
        }
      }
    }
  }

  private void drawImage(float[] values, int offset, WritableRaster raster, int left, int top) {
    for (int y = 0; y < shape.height() * scale; y++) {
      for (int x = 0; x < shape.width() * scale; x++) {
        int pixel = offset + (y / scale * shape.width() + x / scale) * shape.channels();
        for (int c = 0; c < shape.channels(); c++) {
          // Math.round turns NaN into 0.
          int level = Math.round(Math.min(1f, Math.max(0f, values[pixel + c])) * INK);
          raster.setSample(left + x, top + y, c, level);
        }
      }
    }
  }

  private void drawLabels(WritableRaster raster) {
    int textHeight = TinyFont.HEIGHT * labelScale();
    for (int row = 0; row < rowLabels.size(); row++) {
      int middle = top() + row * cellHeight() + (shape.height() * scale - textHeight) / 2;
      drawText(rowLabels.get(row), raster, Math.max(padding, 2), middle, left());
    }
    for (int column = 0; column < columnLabels.size(); column++) {
      int x = left() + column * cellWidth();
      drawText(columnLabels.get(column), raster, x, Math.max(padding, 2), shape.width() * scale);
    }
  }

  private void drawText(String text, WritableRaster raster, int left, int top, int room) {
    int size = labelScale();
    for (int x = 0; x < Math.min(TinyFont.width(text), room / size); x++) {
      for (int y = 0; y < TinyFont.HEIGHT; y++) {
        int place = top + y * size;
        if (TinyFont.isOn(text, x, y) && place >= 0 && place + size <= raster.getHeight()) {
          fill(raster, left + x * size, place, size, size, INK);
        }
      }
    }
  }
}
