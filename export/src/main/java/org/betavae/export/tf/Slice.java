package org.betavae.export.tf;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.betavae.export.Tensor;
import org.tensorflow.proto.TensorSliceProto;

/**
 * A part of a variable, as checkpoints keep those that were saved with a partitioner or over
 * several files: where it begins and how long it is in each dimension.
 */
final class Slice {
  private final long[] start;
  private final long[] length;

  private Slice(long[] start, long[] length) {
    this.start = start;
    this.length = length;
  }

  /** The part that a message describes; a dimension without a length is whole. */
  static Slice of(TensorSliceProto p, long[] shape) {
    long[] start = new long[shape.length];
    long[] length = shape.clone();
    for (int i = 0; i < Math.min(shape.length, p.getExtentCount()); i++) {
      if (p.getExtent(i).hasLength()) {
        start[i] = p.getExtent(i).getStart();
        length[i] = p.getExtent(i).getLength();
      }
    }
    return new Slice(start, length);
  }

  /**
   * The part that RestoreV2's third input describes: sizes of the whole, then a range for each
   * dimension, {@code "6 4 0,2:-"}.
   *
   * @return null if it is no such text
   */
  static Slice parse(String text, long[] shape) {
    String[] ranges = text.substring(text.lastIndexOf(' ') + 1).split(":", -1);
    if (ranges.length != shape.length) {
      return null;
    }
    long[] start = new long[shape.length];
    long[] length = shape.clone();
    for (int i = 0; i < ranges.length; i++) {
      if (ranges[i].equals("-")) {
        continue;
      }
      if (!ranges[i].matches("\\d{1,18},\\d{1,18}")) {
        return null;
      }
      int comma = ranges[i].indexOf(',');
      start[i] = Long.parseLong(ranges[i].substring(0, comma));
      length[i] = Long.parseLong(ranges[i].substring(comma + 1));
    }
    return new Slice(start, length);
  }

  /** Whether it lies within a tensor of a shape. */
  boolean isWithin(long[] shape) {
    for (int i = 0; i < shape.length; i++) {
      if (start[i] < 0 || length[i] < 0 || length[i] > shape[i] - start[i]) {
        return false;
      }
    }
    return true;
  }

  /**
   * The key of the index under which the part stands, one byte a character.
   *
   * <p>Source: TensorFlow, {@code saved_tensor_slice_util.cc} and {@code ordered_code.cc}: the
   * number 0, the name, the number of dimensions, then start and length of each (-1 for the whole).
   */
  static String key(String name, TensorSliceProto p) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(0);
    for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
      out.write(b);
      if (b == 0) {
        out.write(0xff);
      } else if (b == (byte) 0xff) {
        out.write(0);
      }
    }
    out.write(0);
    out.write(1);
    number(out, p.getExtentCount());
    p.getExtentList()
        .forEach(
            e -> {
              signed(out, e.getStart());
              signed(out, e.hasLength() ? e.getLength() : -1);
            });
    return new String(out.toByteArray(), StandardCharsets.ISO_8859_1);
  }

  /** How many bytes follow, then those from the highest. */
  private static void number(ByteArrayOutputStream out, long value) {
    int bytes = (64 - Long.numberOfLeadingZeros(value) + 7) / 8;
    out.write(bytes);
    for (int i = bytes - 1; i >= 0; i--) {
      out.write((int) (value >>> (8 * i)));
    }
  }

  /** From the highest byte, its first bits telling the length as in UTF-8, turned by the sign. */
  private static void signed(ByteArrayOutputStream out, long value) {
    long size = value < 0 ? ~value : value;
    int length = 1;
    while (length < 10 && size >>> (7 * length - 1) != 0) {
      length++;
    }
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      int shift = 8 * (length - 1 - i);
      bytes[i] = (byte) (shift >= 64 ? (value < 0 ? 0xff : 0) : value >> shift);
    }
    bytes[0] ^= (byte) (length >= 8 ? 0xff : 0xff << (8 - length));
    if (length > 8) {
      bytes[1] ^= (byte) (length == 9 ? 0x80 : 0xc0);
    }
    out.writeBytes(bytes);
  }

  /** Copies the part into the whole. */
  void paste(ByteBuffer part, ByteBuffer whole, long[] shape, int elementBytes) {
    int last = shape.length - 1;
    int row = Math.toIntExact((last < 0 ? 1 : length[last]) * elementBytes);
    long[] index = new long[Math.max(0, last)];
    for (int from = 0; row > 0 && from < part.limit(); from += row) {
      long at = 0;
      for (int d = 0; d <= last; d++) {
        at = at * shape[d] + start[d] + (d < last ? index[d] : 0);
      }
      whole.put((int) (at * elementBytes), part, from, row);
      for (int d = last - 1; d >= 0 && ++index[d] == length[d]; d--) {
        index[d] = 0;
      }
    }
  }

  /** The part of a whole. */
  Tensor cut(Tensor whole) {
    int[] stride = whole.strides();
    int offset = 0;
    for (int d = 0; d < stride.length; d++) {
      offset += (int) start[d] * stride[d];
    }
    return whole.gather(length, stride, offset);
  }

  /** Dimensions of the part. */
  long[] shape() {
    return length.clone();
  }

  @Override
  public String toString() {
    return Arrays.toString(start) + " of size " + Arrays.toString(length);
  }
}
