package org.betavae.export;

import java.util.Locale;

/** Element types that TensorFlow and ONNX share, with their numbers in both formats. */
public enum ElementType {
  /** 32-bit IEEE floating point. */
  FLOAT32(1, 1, 4),
  /** 64-bit IEEE floating point. */
  FLOAT64(2, 11, 8),
  /** 32-bit signed integer. */
  INT32(3, 6, 4),
  /** 8-bit unsigned integer. */
  UINT8(4, 2, 1),
  /** 16-bit signed integer. */
  INT16(5, 5, 2),
  /** 8-bit signed integer. */
  INT8(6, 3, 1),
  /** Text; tensors of it hold no data here. */
  STRING(7, 8, 0),
  /** Two 32-bit floating point numbers. */
  COMPLEX64(8, 14, 8),
  /** 64-bit signed integer. */
  INT64(9, 7, 8),
  /** True or false, one byte each. */
  BOOL(10, 9, 1),
  /** The upper half of a 32-bit floating point number. */
  BFLOAT16(14, 16, 2),
  /** 16-bit unsigned integer. */
  UINT16(17, 4, 2),
  /** Two 64-bit floating point numbers. */
  COMPLEX128(18, 15, 16),
  /** 16-bit IEEE floating point. */
  FLOAT16(19, 10, 2),
  /** 32-bit unsigned integer. */
  UINT32(22, 12, 4),
  /** 64-bit unsigned integer. */
  UINT64(23, 13, 8),
  /** 8-bit floating point with 5 bits of exponent; stored and cast, not computed with. */
  FLOAT8E5M2(24, 19, 1),
  /** 8-bit floating point with 4 bits of exponent and no infinity; stored and cast alone. */
  FLOAT8E4M3FN(25, 17, 1),
  /** 4-bit signed integer, one a byte here; stored and cast alone. */
  INT4(29, 22, 1),
  /** 4-bit unsigned integer, one a byte here; stored and cast alone. */
  UINT4(30, 21, 1);

  private final int tf;
  private final int onnx;
  private final int bytes;

  ElementType(int tf, int onnx, int bytes) {
    this.tf = tf;
    this.onnx = onnx;
    this.bytes = bytes;
  }

  /** The number in TensorFlow's {@code DataType}. */
  public int tfNumber() {
    return tf;
  }

  /** The number in ONNX's {@code TensorProto.DataType}. */
  public int onnxNumber() {
    return onnx;
  }

  /** Bytes of one element; 0 for text. */
  public int bytes() {
    return bytes;
  }

  /** True for IEEE floating point of 16, 32 and 64 bits and for bfloat16. */
  public boolean isFloat() {
    return this == FLOAT32 || this == FLOAT64 || this == FLOAT16 || this == BFLOAT16;
  }

  /** True for signed and unsigned integers. */
  public boolean isInteger() {
    return switch (this) {
      case INT8, INT16, INT32, INT64, UINT8, UINT16, UINT32, UINT64 -> true;
      default -> false;
    };
  }

  /** True for integers without a sign. */
  public boolean isUnsigned() {
    return this == UINT8 || this == UINT16 || this == UINT32 || this == UINT64;
  }

  /** True for the types of less than a byte and of 8-bit floating point, which are cast alone. */
  public boolean isStoredOnly() {
    return isHalfByte() || this == FLOAT8E5M2 || this == FLOAT8E4M3FN;
  }

  /** True for 4-bit integers, of which ONNX files hold two in a byte. */
  public boolean isHalfByte() {
    return this == INT4 || this == UINT4;
  }

  /** The name as numpy writes it. */
  public String numpyName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The type with a TensorFlow number; references (numbers above 100) count as what they refer to.
   *
   * @return null for a number without a shared type
   */
  public static ElementType ofTf(int number) {
    int plain = number > 100 ? number - 100 : number;
    for (ElementType t : values()) {
      if (t.tf == plain) {
        return t;
      }
    }
    return null;
  }

  /**
   * The type with an ONNX number.
   *
   * @return null for a number without a shared type
   */
  public static ElementType ofOnnx(int number) {
    for (ElementType t : values()) {
      if (t.onnx == number) {
        return t;
      }
    }
    return null;
  }
}
