package org.betavae.data;

/**
 * What one pass over all values found.
 *
 * @param min smallest value, and the item that has it
 * @param max largest value, and the item that has it
 * @param binary whether every value is 0 or 1
 * @param blackAndWhite whether every value is 0 or 255
 */
record Scan(float min, int minItem, float max, int maxItem, boolean binary, boolean blackAndWhite) {
  /** The highest 8-bit level. */
  static final float WHITE = 255;

  /**
   * Reads every item once.
   *
   * @throws DataException at the first value that is not finite
   */
  static Scan of(Items items, ItemLayout layout, String place) {
    float[] values = new float[layout.shape().size()];
    float min = Float.POSITIVE_INFINITY;
    float max = Float.NEGATIVE_INFINITY;
    int minItem = 0;
    int maxItem = 0;
    boolean binary = true;
    boolean blackAndWhite = true;
    for (int item = 0; item < layout.items(); item++) {
      items.read(item, values, 0);
      for (int i = 0; i < values.length; i++) {
        float value = values[i];
        if (!Float.isFinite(value)) {
          throw notFinite(layout.shape(), item, i, value, place);
        }
        binary &= value == 0f || value == 1f;
        blackAndWhite &= value == 0f || value == WHITE;
        if (value < min) {
          min = value;
          minItem = item;
        }
        if (value > max) {
          max = value;
          maxItem = item;
        }
      }
    }
    return new Scan(min, minItem, max, maxItem, binary, blackAndWhite);
  }

  private static DataException notFinite(
      ItemShape shape, int item, int index, float value, String place) {
    int pixel = index / shape.channels();
    String where =
        shape.image()
            ? "row %d, column %d".formatted(pixel / shape.width(), pixel % shape.width())
            : "value %d".formatted(index);
    return new DataException(
        "%s: item %d, %s is %s, expected a finite number. Repair or remove the item."
            .formatted(place, item, where, value));
  }

  ValueRange range(float divisor) {
    return new ValueRange(min / divisor, max / divisor);
  }
}
