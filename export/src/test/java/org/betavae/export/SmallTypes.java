package org.betavae.export;

/** Numbers of 4-bit integers and 8-bit floating point by their bits, one number a byte. */
final class SmallTypes {
  private SmallTypes() {}

  /** The number that a byte stands for. */
  static float decode(ElementType type, int bits) {
    return switch (type) {
      case INT4 -> (bits & 0xf) > 7 ? (bits & 0xf) - 16 : bits & 0xf;
      case UINT4 -> bits & 0xf;
      case FLOAT8E4M3FN -> (bits & 0x7f) == 0x7f ? Float.NaN : real(bits, 3, 7);
      case FLOAT8E5M2 -> (bits & 0x7f) > 0x7c ? Float.NaN : infinite(bits);
      default -> throw new IllegalArgumentException(type + " is no small type");
    };
  }

  private static float infinite(int bits) {
    if ((bits & 0x7f) == 0x7c) {
      return (bits & 0x80) == 0 ? Float.POSITIVE_INFINITY : Float.NEGATIVE_INFINITY;
    }
    return real(bits, 2, 15);
  }

  private static float real(int bits, int mantissaBits, int bias) {
    int exponent = (bits & 0x7f) >> mantissaBits;
    int mantissa = bits & ((1 << mantissaBits) - 1);
    float value =
        exponent == 0
            ? Math.scalb((float) mantissa, 1 - bias - mantissaBits)
            : Math.scalb((float) (mantissa + (1 << mantissaBits)), exponent - bias - mantissaBits);
    return (bits & 0x80) == 0 ? value : -value;
  }

  /** A byte that stands for a number that the type has. */
  static byte encode(ElementType type, float number) {
    for (int bits = 0; bits < (type.isHalfByte() ? 16 : 256); bits++) {
      if (Float.compare(decode(type, bits), number) == 0) {
        return (byte) (type == ElementType.INT4 && bits > 7 ? bits - 16 : bits);
      }
    }
    throw new IllegalArgumentException(type + " has no number " + number);
  }
}
