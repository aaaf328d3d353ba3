package org.betavae.data;

import static java.util.stream.Collectors.joining;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;

/**
 * The bytes of one NumPy array, format version 1.0, little-endian, C order.
 *
 * <p>Source: NumPy Enhancement Proposal 1, "A Simple File Format for NumPy Arrays".
 */
final class NpyOutput {
  /** What can be written. */
  enum Type {
    FLOAT32("<f4"),
    INT32("<i4");

    private final String descr;

    Type(String descr) {
      this.descr = descr;
    }
  }

  private static final int ALIGNMENT = 64;
  private static final int PREFIX_BYTES = 10;
  private static final int BUFFER_VALUES = 4096;

  private final String name;
  private final Type type;
  private final int[] shape;
  private final long expected;
  private final ByteBuffer buffer =
      ByteBuffer.allocate(4 * BUFFER_VALUES).order(ByteOrder.LITTLE_ENDIAN);
  private OutputStream out;
  private long written;

  NpyOutput(String name, Type type, int... shape) {
    this.name = name;
    this.type = type;
    this.shape = shape.clone();
    long count = 1;
    for (int size : shape) {
      if (size < 0) {
        throw new IllegalArgumentException(
            "shape of %s is %s, expected sizes of at least 0. Check the order of the sizes."
                .formatted(name, Arrays.toString(shape)));
      }
      count = Math.multiplyExact(count, (long) size);
    }
    expected = count;
  }

  /** Number of values by the shape. */
  long expected() {
    return expected;
  }

  String shape() {
    return Arrays.toString(shape);
  }

  void begin(OutputStream target) throws IOException {
    out = target;
    StringBuilder dict = new StringBuilder("{'descr': '").append(type.descr);
    dict.append("', 'fortran_order': False, 'shape': (");
    dict.append(Arrays.stream(shape).mapToObj(Integer::toString).collect(joining(", ")));
    dict.append(shape.length == 1 ? ",), }" : "), }");
    while ((PREFIX_BYTES + dict.length() + 1) % ALIGNMENT != 0) {
      dict.append(' ');
    }
    dict.append('\n');
    out.write(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0});
    out.write(dict.length() & 0xff);
    out.write(dict.length() >>> 8);
    out.write(dict.toString().getBytes(StandardCharsets.ISO_8859_1));
  }

  void write(float[] values, int offset, int count) throws IOException {
    reserve(Type.FLOAT32, values.length, offset, count);
    for (int done = 0; done < count; ) {
      int part = Math.min(BUFFER_VALUES, count - done);
      buffer.asFloatBuffer().put(values, offset + done, part);
      out.write(buffer.array(), 0, 4 * part);
      done += part;
    }
  }

  void write(int[] values, int offset, int count) throws IOException {
    reserve(Type.INT32, values.length, offset, count);
    for (int done = 0; done < count; ) {
      int part = Math.min(BUFFER_VALUES, count - done);
      buffer.asIntBuffer().put(values, offset + done, part);
      out.write(buffer.array(), 0, 4 * part);
      done += part;
    }
  }

  private void reserve(Type wanted, int length, int offset, int count) {
    Objects.checkFromIndexSize(offset, count, length);
    if (wanted != type) {
      throw new IllegalArgumentException(
          "array %s is of %s, expected %s values to write. Create it with that type."
              .formatted(name, type, wanted));
    }
    if (written + count > expected) {
      throw new IllegalArgumentException(
          "array %s would have %d values, expected %d by its shape %s. Create it with the full shape."
              .formatted(name, written + count, expected, Arrays.toString(shape)));
    }
    written += count;
  }

  void checkComplete() {
    if (written != expected) {
      throw new IllegalStateException(
          "array %s has %d values, expected %d by its shape %s. Write all values before closing."
              .formatted(name, written, expected, Arrays.toString(shape)));
    }
  }
}
