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
 * @param padding pixels between images and around them, before enlargement
 * @param scale each value becomes a square of this many pixels
 * @param rowLabels one text a row, drawn left of it; empty for none
 * @param columnLabels one text a column, drawn above it; empty for none
 */
public record ImageGrid(
    ItemShape shape,
    int columns,
    int padding,
    int scale,
    List<String> rowLabels,
    List<String> columnLabels) {
  private static final int BACKGROUND = 96;

  /**
   * @throws IllegalArgumentException if the shape is a vector's or a number is out of its range
   */
  public ImageGrid {
    Objects.requireNonNull(shape, "shape");
    rowLabels = List.copyOf(rowLabels);
    columnLabels = List.copyOf(columnLabels);
  }

  /** A grid with a gap of 2 pixels, not enlarged, without labels. */
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

  /**
   * Draws images row by row; values outside [0, 1] are cut off, NaN is black.
   *
   * @param values images as rows, columns, channels, shape {@code [count, shape.size()]} from the
   *     offset
   * @return 8-bit gray, or RGB for images of 3 channels
   */
  public BufferedImage draw(float[] values, int offset, int count) {
    Objects.checkFromIndexSize(offset, count * shape.size(), values.length);
    int rows = (count + columns - 1) / columns;
    int cellHeight = shape.height() * scale + padding;
    int cellWidth = shape.width() * scale + padding;
    BufferedImage picture =
        new BufferedImage(
            columns * cellWidth + padding,
            rows * cellHeight + padding,
            shape.channels() == 1 ? BufferedImage.TYPE_BYTE_GRAY : BufferedImage.TYPE_INT_RGB);
    WritableRaster raster = picture.getRaster();
    for (int y = 0; y < picture.getHeight(); y++) {
      for (int x = 0; x < picture.getWidth(); x++) {
        for (int c = 0; c < shape.channels(); c++) {
          raster.setSample(x, y, c, BACKGROUND);
        }
      }
    }
    for (int i = 0; i < count; i++) {
      int top = padding + i / columns * cellHeight;
      int left = padding + i % columns * cellWidth;
      drawOne(values, offset + i * shape.size(), raster, left, top);
    }
    return picture;
  }

  private void drawOne(float[] values, int offset, WritableRaster raster, int left, int top) {
    int place = offset;
    for (int y = 0; y < shape.height(); y++) {
      for (int x = 0; x < shape.width(); x++) {
        for (int c = 0; c < shape.channels(); c++) {
          int level = Math.round(Math.min(1f, Math.max(0f, values[place++])) * 255);
          for (int square = 0; square < scale * scale; square++) {
            raster.setSample(
                left + x * scale + square % scale, top + y * scale + square / scale, c, level);
          }
        }
      }
    }
  }
}
