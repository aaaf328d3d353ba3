package org.betavae.cli;

import org.betavae.data.ItemShape;

/**
 * Turns images between the two orders in use: rows, columns, channels in {@code data} and in
 * TensorFlow; channels, rows, columns in ONNX models.
 */
final class Layout {
  private Layout() {}

  /**
   * Moves the channels to the front.
   *
   * @param values shape {@code [N, H, W, C]}
   * @return shape {@code [N, C, H, W]}; the same array when the order makes no difference
   */
  static float[] toChannelsFirst(float[] values, ItemShape shape) {
    return swap(values, shape.height() * shape.width(), shape.channels());
  }

  /**
   * Moves the channels to the end.
   *
   * @param values shape {@code [N, C, H, W]}
   * @return shape {@code [N, H, W, C]}; the same array when the order makes no difference
   */
  static float[] toChannelsLast(float[] values, ItemShape shape) {
    return swap(values, shape.channels(), shape.height() * shape.width());
  }

  /** {@code [N, a, b]} to {@code [N, b, a]}. */
  private static float[] swap(float[] values, int a, int b) {
    int item = a * b;
    if (values.length % item != 0) {
      throw new IllegalArgumentException(
          values.length + " values, expected a multiple of " + item + ". Pass whole images.");
    }
    if (a == 1 || b == 1) {
      return values;
    }
    float[] swapped = new float[values.length];
    for (int start = 0; start < values.length; start += item) {
      for (int i = 0; i < a; i++) {
        for (int j = 0; j < b; j++) {
          swapped[start + j * a + i] = values[start + i * b + j];
        }
      }
    }
    return swapped;
  }
}
