package org.betavae.data;

import java.nio.ByteBuffer;

/** Types of the numbers in a file, named as in NumPy; each reads one number from a buffer. */
enum ElementType {
  B1(1, true),
  U1(1, true),
  I1(1, true),
  U2(2, true),
  I2(2, true),
  U4(4, true),
  I4(4, true),
  U8(8, true),
  I8(8, true),
  F2(2, false),
  F4(4, false),
  F8(8, false);

  private static final double TWO_TO_64 = 0x1p64;

  private final int bytes;
  private final boolean integer;

  ElementType(int bytes, boolean integer) {
    this.bytes = bytes;
    this.integer = integer;
  }

  int bytes() {
    return bytes;
  }

  boolean isInteger() {
    return integer;
  }

  /** The number at a byte position, in the buffer's order. */
  double read(ByteBuffer buffer, int position) {
    return switch (this) {
      case B1 -> buffer.get(position) == 0 ? 0 : 1;
      case U1 -> buffer.get(position) & 0xff;
      case I1 -> buffer.get(position);
      case U2 -> buffer.getShort(position) & 0xffff;
      case I2 -> buffer.getShort(position);
      case U4 -> buffer.getInt(position) & 0xffff_ffffL;
      case I4 -> buffer.getInt(position);
      case U8 -> {
        long value = buffer.getLong(position);
        yield value >= 0 ? value : value + TWO_TO_64;
      }
      case I8 -> buffer.getLong(position);
      case F2 -> halfToFloat(buffer.getShort(position));
      case F4 -> buffer.getFloat(position);
      case F8 -> buffer.getDouble(position);
    };
  }

  /** The integer at a byte position; unsigned 64-bit values above 2^63 - 1 come out negative. */
  long readLong(ByteBuffer buffer, int position) {
    return this == I8 || this == U8 ? buffer.getLong(position) : (long) read(buffer, position);
  }

  /** IEEE 754 binary16 to binary32, exact. */
  static float halfToFloat(short half) {
    int exponent = (half >>> 10) & 0x1f;
    int fraction = half & 0x3ff;
    float magnitude =
        switch (exponent) {
          case 0 -> fraction * 0x1p-24f;
          case 0x1f -> fraction == 0 ? Float.POSITIVE_INFINITY : Float.NaN;
          default -> Float.intBitsToFloat(((exponent + 112) << 23) | (fraction << 13));
        };
    return half < 0 ? -magnitude : magnitude;
  }
}
