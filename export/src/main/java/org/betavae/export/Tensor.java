package org.betavae.export;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.function.IntToDoubleFunction;
import java.util.function.IntToLongFunction;

/**
 * A constant: element type, shape, and the elements in row-major order, little-endian.
 *
 * <p>Immutable. Texts are not held.
 */
public final class Tensor {
  private static final int HASHED_BYTES = 4096;

  private final ElementType type;
  private final long[] shape;
  private final int size;
  private final ByteBuffer data;

  private Tensor(ElementType type, long[] shape, ByteBuffer data) {
    this.type = type;
    this.shape = shape;
    this.size = count(shape);
    this.data = data;
  }

  /**
   * Wraps bytes that the caller no longer changes.
   *
   * @throws IllegalArgumentException if their number does not fit the type and shape
   */
  public static Tensor of(ElementType type, long[] shape, ByteBuffer littleEndian) {
    long wanted = (long) count(shape) * type.bytes();
    if (littleEndian.remaining() != wanted) {
      throw new IllegalArgumentException(
          "data has "
              + littleEndian.remaining()
              + " bytes, expected "
              + wanted
              + " for "
              + type.numpyName()
              + Arrays.toString(shape)
              + ". Check the length of the file it came from.");
    }
    return new Tensor(
        type,
        shape.clone(),
        littleEndian.slice().asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN));
  }

  /** Float32 elements of a shape. */
  public static Tensor floats(long[] shape, float... values) {
    ByteBuffer data = allocate(ElementType.FLOAT32, values.length);
    data.asFloatBuffer().put(values);
    return of(ElementType.FLOAT32, shape, data);
  }

  /** An int64 vector, the form in which ONNX takes shapes and axes. */
  public static Tensor longs(long... values) {
    return ofLongs(ElementType.INT64, new long[] {values.length}, i -> values[i]);
  }

  /** One number as a tensor without dimensions. */
  public static Tensor scalar(ElementType type, double value) {
    return type.isFloat()
        ? ofDoubles(type, new long[0], i -> value)
        : ofLongs(type, new long[0], i -> (long) value);
  }

  /** Elements computed one by one as floating point, rounded to the type. */
  public static Tensor ofDoubles(ElementType type, long[] shape, IntToDoubleFunction element) {
    int size = count(shape);
    ByteBuffer data = allocate(type, size);
    for (int i = 0; i < size; i++) {
      put(data, type, i, element.applyAsDouble(i));
    }
    return of(type, shape, data);
  }

  /**
   * Elements computed one by one as integers, cut to the type's width; for bool, anything but 0 is
   * true.
   */
  public static Tensor ofLongs(ElementType type, long[] shape, IntToLongFunction element) {
    int size = count(shape);
    ByteBuffer data = allocate(type, size);
    for (int i = 0; i < size; i++) {
      long v = element.applyAsLong(i);
      switch (type.bytes()) {
        case 1 -> data.put(i, (byte) (type == ElementType.BOOL ? (v != 0 ? 1 : 0) : v));
        case 2 -> data.putShort(2 * i, (short) v);
        case 4 -> data.putInt(4 * i, (int) v);
        default -> data.putLong(8 * i, v);
      }
    }
    return of(type, shape, data);
  }

  private static void put(ByteBuffer data, ElementType type, int i, double v) {
    switch (type) {
      case FLOAT32 -> data.putFloat(4 * i, (float) v);
      case FLOAT64 -> data.putDouble(8 * i, v);
      case FLOAT16 -> data.putShort(2 * i, Half.toFloat16((float) v));
      case BFLOAT16 -> data.putShort(2 * i, Half.toBfloat16((float) v));
      default ->
          throw new IllegalArgumentException(
              "type is "
                  + type.numpyName()
                  + ", expected a floating point type. Use ofLongs for integers.");
    }
  }

  private static ByteBuffer allocate(ElementType type, int size) {
    return ByteBuffer.allocate(Math.multiplyExact(size, type.bytes()))
        .order(ByteOrder.LITTLE_ENDIAN);
  }

  private static int count(long[] shape) {
    long n = 1;
    for (long d : shape) {
      if (d < 0) {
        throw new IllegalArgumentException(
            "shape is "
                + Arrays.toString(shape)
                + ", expected dimensions >= 0. Give every dimension.");
      }
      n = Math.multiplyExact(n, d);
    }
    return Math.toIntExact(n);
  }

  /** Element type. */
  public ElementType type() {
    return type;
  }

  /** A copy of the dimensions. */
  public long[] shape() {
    return shape.clone();
  }

  /** Number of dimensions. */
  public int rank() {
    return shape.length;
  }

  /** One dimension. */
  public long dim(int axis) {
    return shape[axis];
  }

  /** Number of elements. */
  public int size() {
    return size;
  }

  /** The elements, little-endian, read-only, position 0. */
  public ByteBuffer data() {
    return data.duplicate().order(ByteOrder.LITTLE_ENDIAN);
  }

  /** One element as a floating point number. */
  public double doubleAt(int i) {
    return switch (type) {
      case FLOAT32 -> data.getFloat(4 * i);
      case FLOAT64 -> data.getDouble(8 * i);
      case FLOAT16 -> Half.fromFloat16(data.getShort(2 * i));
      case BFLOAT16 -> Half.fromBfloat16(data.getShort(2 * i));
      default -> longAt(i);
    };
  }

  /** One element as an integer; floating point is cut towards zero. */
  public long longAt(int i) {
    return switch (type) {
      case INT8, INT4, BOOL -> data.get(i);
      case UINT8, UINT4 -> data.get(i) & 0xff;
      case INT16 -> data.getShort(2 * i);
      case UINT16 -> data.getShort(2 * i) & 0xffff;
      case INT32 -> data.getInt(4 * i);
      case UINT32 -> data.getInt(4 * i) & 0xffffffffL;
      case INT64, UINT64 -> data.getLong(8 * i);
      case FLOAT32, FLOAT64, FLOAT16, BFLOAT16 -> (long) doubleAt(i);
      default ->
          throw new IllegalStateException(
              "a tensor of "
                  + type.numpyName()
                  + " has no number at "
                  + i
                  + ", expected a numeric type. Read data() instead.");
    };
  }

  /** All elements as integers. */
  public long[] toLongs() {
    long[] out = new long[size];
    Arrays.setAll(out, this::longAt);
    return out;
  }

  /** The same elements under another shape of the same size. */
  public Tensor reshape(long... newShape) {
    if (count(newShape) != size) {
      throw new IllegalArgumentException(
          "shape is "
              + Arrays.toString(newShape)
              + ", expected "
              + size
              + " elements. Keep the product of "
              + Arrays.toString(shape)
              + ".");
    }
    return new Tensor(type, newShape.clone(), data);
  }

  /**
   * Dimensions in another order: dimension i of the result is dimension {@code perm[i]} of this.
   */
  public Tensor transpose(int... perm) {
    int rank = shape.length;
    long[] outShape = new long[rank];
    int[] stride = new int[rank];
    int[] inStride = strides();
    for (int i = 0; i < rank; i++) {
      outShape[i] = shape[perm[i]];
      stride[i] = inStride[perm[i]];
    }
    return gather(outShape, stride, 0);
  }

  /** Elements picked with a stride per dimension, from an offset; strides of 0 repeat. */
  public Tensor gather(long[] outShape, int[] stride, int offset) {
    int n = count(outShape);
    ByteBuffer out = allocate(type, n);
    int[] index = new int[outShape.length];
    int at = offset;
    for (int i = 0; i < n; i++) {
      copyElement(at, out, i);
      for (int d = outShape.length - 1; d >= 0; d--) {
        at += stride[d];
        if (++index[d] < outShape[d]) {
          break;
        }
        at -= Math.toIntExact(index[d] * (long) stride[d]);
        index[d] = 0;
      }
    }
    return of(type, outShape, out);
  }

  private void copyElement(int from, ByteBuffer out, int to) {
    switch (type.bytes()) {
      case 1 -> out.put(to, data.get(from));
      case 2 -> out.putShort(2 * to, data.getShort(2 * from));
      case 4 -> out.putInt(4 * to, data.getInt(4 * from));
      case 8 -> out.putLong(8 * to, data.getLong(8 * from));
      default -> {
        out.putLong(16 * to, data.getLong(16 * from));
        out.putLong(16 * to + 8, data.getLong(16 * from + 8));
      }
    }
  }

  /** How far apart neighbours of each dimension lie, in elements. */
  public int[] strides() {
    int[] stride = new int[shape.length];
    int s = 1;
    for (int i = shape.length - 1; i >= 0; i--) {
      stride[i] = s;
      s = Math.toIntExact(s * Math.max(1, shape[i]));
    }
    return stride;
  }

  /** True when type, shape and every bit of the elements are the same. */
  @Override
  public boolean equals(Object o) {
    return o instanceof Tensor t
        && type == t.type
        && Arrays.equals(shape, t.shape)
        && data.equals(t.data);
  }

  @Override
  public int hashCode() {
    // Of large tensors a part tells them apart; reading gigabytes would take seconds.
    ByteBuffer start = data.duplicate();
    start.limit(Math.min(start.limit(), HASHED_BYTES));
    return 31 * (31 * type.onnxNumber() + Arrays.hashCode(shape)) + start.hashCode();
  }

  @Override
  public String toString() {
    return type.numpyName() + Arrays.toString(shape);
  }
}
