package org.betavae.data;

/**
 * Bounds that hold for every value of a {@link Dataset}, both included.
 *
 * @param min lower bound
 * @param max upper bound
 */
public record ValueRange(float min, float max) {
  /** The range of images, {@code [0, 1]}. */
  static final ValueRange UNIT = new ValueRange(0f, 1f);

  /**
   * @throws IllegalArgumentException if a bound is NaN or {@code min > max}
   */
  public ValueRange {
    if (!(min <= max)) {
      throw new IllegalArgumentException(
          "value range is [%s, %s], expected min <= max. Swap the bounds.".formatted(min, max));
    }
  }
}
