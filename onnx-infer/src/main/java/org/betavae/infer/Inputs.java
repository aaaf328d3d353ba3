package org.betavae.infer;

/** Checks of what callers hand in; each failure is an {@link IllegalArgumentException}. */
final class Inputs {
  /** No Java array is longer. */
  private static final int MAX_ARRAY = Integer.MAX_VALUE - 8;

  private static final int ONE = Float.floatToRawIntBits(1f);
  private static final int LARGEST_FINITE = Float.floatToRawIntBits(Float.MAX_VALUE);

  private Inputs() {}

  /**
   * The number of whole items in a flat array.
   *
   * @param what how messages call the array
   * @param item shape of one item
   */
  static int itemCount(String what, float[] values, ItemShape item) {
    int size = item.size();
    if (values == null || values.length == 0 || values.length % size != 0) {
      throw noItems(what, values, item);
    }
    return values.length / size;
  }

  /** Apart from the check: every call passes that, and a message takes longer than the rest. */
  private static IllegalArgumentException noItems(String what, float[] values, ItemShape item) {
    String expected = ", expected a multiple of " + item.size() + " (" + item.asList() + ")";
    if (values == null) {
      return new IllegalArgumentException(
          what + " is null" + expected + ". Pass at least one item.");
    }
    if (values.length == 0) {
      return new IllegalArgumentException(
          what + " is empty" + expected + ". Pass at least one item.");
    }
    return new IllegalArgumentException(
        what
            + " has "
            + values.length
            + " values"
            + expected
            + ". Pass whole items of the model's own size, one after another.");
  }

  /** Checks one latent vector. */
  static void vector(String what, float[] values, int latentSize) {
    int length = values == null ? -1 : values.length;
    if (length != latentSize) {
      throw new IllegalArgumentException(
          what
              + (length < 0 ? " is null" : " has " + length + " values")
              + ", expected "
              + latentSize
              + ", one for each latent dimension. Pass one vector of the model's latent size.");
    }
    finite(what, values, 0, length);
  }

  /** The length of an array of {@code count} items, checked to be possible. */
  static int arrayLength(long count, int itemSize) {
    if (count * itemSize > MAX_ARRAY) {
      throw new IllegalArgumentException(
          "count is "
              + count
              + " items of "
              + itemSize
              + " values, expected at most "
              + MAX_ARRAY / itemSize
              + ", more than one array holds. Use several calls.");
    }
    return (int) (count * itemSize);
  }

  /** Refuses NaN and infinite values. */
  static void finite(String what, float[] values, int from, int to) {
    int sign = 0;
    for (int i = from; i < to; i++) {
      sign |= LARGEST_FINITE - (Float.floatToRawIntBits(values[i]) & Integer.MAX_VALUE);
    }
    if (sign < 0) {
      for (int i = from; i < to; i++) {
        if (!Float.isFinite(values[i])) {
          throw bad(what, i, values[i], "a finite number", "Check how it was computed.");
        }
      }
    }
  }

  /** Refuses values outside [0,1] and NaN. */
  static void unitRange(String what, float[] values, int from, int to) {
    // Bits of the floats from 0 to 1 are the ints from 0 to ONE; one pass without a branch.
    int sign = 0;
    for (int i = from; i < to; i++) {
      int bits = Float.floatToRawIntBits(values[i]);
      sign |= bits | (ONE - bits);
    }
    if (sign < 0) {
      for (int i = from; i < to; i++) {
        if (!(values[i] >= 0 && values[i] <= 1)) {
          throw bad(what, i, values[i], "0 to 1", "Divide bytes by 255.");
        }
      }
    }
  }

  private static IllegalArgumentException bad(
      String what, int index, float value, String expected, String advice) {
    return new IllegalArgumentException(
        what + "[" + index + "] is " + value + ", expected " + expected + ". " + advice);
  }
}
