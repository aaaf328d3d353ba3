package org.betavae.infer;

import java.nio.ByteOrder;
import java.nio.FloatBuffer;

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
      throw noItems(what, values == null ? -1 : values.length, item);
    }
    return values.length / size;
  }

  /** The number of whole items in a flat array of 8-bit levels. */
  static int itemCount(String what, byte[] levels, ItemShape item) {
    int length = levels == null ? -1 : levels.length;
    if (length <= 0 || length % item.size() != 0) {
      throw noItems(what, length, item);
    }
    return length / item.size();
  }

  /** Apart from the check: every call passes that, and a message takes longer than the rest. */
  private static IllegalArgumentException noItems(String what, int length, ItemShape item) {
    String expected = ", expected a multiple of " + item.size() + " (" + item.asList() + ")";
    if (length < 0) {
      return new IllegalArgumentException(
          what + " is null" + expected + ". Pass at least one item.");
    }
    if (length == 0) {
      return new IllegalArgumentException(
          what + " is empty" + expected + ". Pass at least one item.");
    }
    return new IllegalArgumentException(
        what
            + " has "
            + length
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

  /** Refuses what is not in [0,1], or what is not finite. */
  static void range(String what, float[] values, int from, int to, boolean unitRange) {
    if (unitRange) {
      unitRange(what, values, from, to);
    } else {
      finite(what, values, from, to);
    }
  }

  /**
   * The number of whole items between a buffer's position and its limit.
   *
   * @param what how messages call the buffer
   * @param item shape of one item
   */
  static int itemCount(String what, FloatBuffer values, ItemShape item) {
    int length = values == null ? 0 : values.remaining();
    if (length == 0 || length % item.size() != 0) {
      throw noItems(what, values == null ? -1 : length, item);
    }
    checkOrder(what, values);
    return length / item.size();
  }

  /** Checks that a result fits into an array, and nothing else. */
  static void resultLength(String what, int length, long expected) {
    if (length != expected) {
      throw new IllegalArgumentException(
          what
              + " has room for "
              + length
              + " values, expected exactly "
              + expected
              + ". Give one of the result's size.");
    }
  }

  /** Checks that a result fits into what lies between a buffer's position and its limit. */
  static void result(String what, FloatBuffer values, long expected) {
    if (values == null) {
      throw new IllegalArgumentException(what + " is null, expected a buffer for the result.");
    }
    if (values.isReadOnly()) {
      throw new IllegalArgumentException(
          what + " is read-only, expected a buffer for the result. Give a writable one.");
    }
    checkOrder(what, values);
    resultLength(what, values.remaining(), expected);
  }

  /** ONNX Runtime would read other byte orders as the native one, and give garbage. */
  private static void checkOrder(String what, FloatBuffer values) {
    if (values.order() != ByteOrder.nativeOrder()) {
      throw new IllegalArgumentException(
          what
              + " is "
              + values.order()
              + ", expected "
              + ByteOrder.nativeOrder()
              + ". Call order(ByteOrder.nativeOrder()) on the ByteBuffer before asFloatBuffer().");
    }
  }

  /** {@link #range(String, float[], int, int, boolean)} of a buffer, by absolute places. */
  static void range(String what, FloatBuffer values, int from, int to, boolean unitRange) {
    int sign = 0;
    for (int i = from; i < to; i++) {
      int bits = Float.floatToRawIntBits(values.get(i));
      sign |= unitRange ? bits | (ONE - bits) : LARGEST_FINITE - (bits & Integer.MAX_VALUE);
    }
    if (sign < 0) {
      float[] copy = new float[to - from];
      values.get(from, copy);
      for (int i = 0; i < copy.length; i++) {
        boolean right = unitRange ? copy[i] >= 0 && copy[i] <= 1 : Float.isFinite(copy[i]);
        if (!right) {
          throw unitRange
              ? bad(what, from + i, copy[i], "0 to 1", "Divide bytes by 255.")
              : bad(what, from + i, copy[i], "a finite number", "Check how it was computed.");
        }
      }
    }
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
