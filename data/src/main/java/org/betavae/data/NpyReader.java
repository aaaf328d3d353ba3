package org.betavae.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;

/**
 * One NumPy array, read by index: a {@code .npy} file, mapped and never read whole, or an entry of
 * a {@link NpzReader}. Indices count in C order whatever order the file has.
 *
 * <p>Reads format versions 1.0 to 3.0, either byte order, C and Fortran order, booleans, integers
 * of 1 to 8 bytes and floats of 2, 4 and 8. Pickled objects are refused, never executed.
 *
 * <p>Reading is safe for many threads; nothing may be read after {@link #close}, which may be
 * called twice.
 */
public final class NpyReader implements AutoCloseable {
  private final String place;
  private final NumberArray numbers;

  NpyReader(String place, NumberArray numbers) {
    this.place = place;
    this.numbers = numbers;
  }

  /**
   * Opens a {@code .npy} file.
   *
   * @throws DataException if the file is missing, is no array of numbers, or has not the length
   *     that its header states
   */
  public static NpyReader open(Path file) {
    String place = file.toString();
    try {
      NpyHeader header;
      try (InputStream in = Files.newInputStream(file)) {
        header = NpyHeader.read(in, place);
      }
      ElementType type = requireType(header, place);
      long bytes = Math.multiplyExact(header.count(place), (long) type.bytes());
      ByteStore store =
          Sources.map(file, header.dataOffset(), bytes, header.shape() + " of " + header.descr())
              .order(header.order());
      return new NpyReader(
          place, new NumberArray(type, intShape(header, place), header.fortran(), store));
    } catch (IOException e) {
      throw Sources.unreadable(place, e);
    }
  }

  static ElementType requireType(NpyHeader header, String place) {
    return header
        .type()
        .orElseThrow(
            () ->
                new DataException(
                    "%s: type is %s, expected numbers (b1, u1 to u8, i1 to i8, f2 to f8). Convert it with astype and save it again."
                        .formatted(place, Sources.printable(header.descr()))));
  }

  static int[] intShape(NpyHeader header, String place) {
    return header.shape().stream()
        .mapToInt(
            size -> {
              if (size > Integer.MAX_VALUE) {
                throw new DataException(
                    "%s: shape is %s, expected sizes below 2^31. Split the array."
                        .formatted(place, header.shape()));
              }
              return Math.toIntExact(size);
            })
        .toArray();
  }

  NumberArray numbers() {
    return numbers;
  }

  /** Sizes of the axes. */
  public int[] shape() {
    return numbers.shape();
  }

  /** Type of the numbers without byte order: {@code b1}, {@code u1} ... {@code f8}. */
  public String type() {
    return numbers.type().name().toLowerCase(Locale.ROOT);
  }

  /** Number of values. */
  public long count() {
    return numbers.count();
  }

  /**
   * One value, by its index in C order.
   *
   * @throws IndexOutOfBoundsException if there is no such value
   */
  public double value(long index) {
    Objects.checkIndex(index, count());
    return numbers.at(numbers.place(index));
  }

  /**
   * Copies values that follow each other in C order, from {@code first} on.
   *
   * @throws IndexOutOfBoundsException if there are not so many values or the target is too short
   */
  public void read(long first, float[] target, int offset, int count) {
    Objects.checkFromIndexSize(first, count, count());
    Objects.checkFromIndexSize(offset, count, target.length);
    if (numbers.contiguous()) {
      numbers.copy(first, target, offset, count);
    } else {
      for (int i = 0; i < count; i++) {
        target[offset + i] = (float) numbers.at(numbers.place(first + i));
      }
    }
  }

  /** All values in C order. */
  public float[] toFloats() {
    float[] values = new float[arrayLength()];
    read(0, values, 0, values.length);
    return values;
  }

  /** All values in C order. */
  public double[] toDoubles() {
    double[] values = new double[arrayLength()];
    for (int i = 0; i < values.length; i++) {
      values[i] = numbers.at(numbers.place(i));
    }
    return values;
  }

  /** All values in C order; fractions are cut off. */
  public long[] toLongs() {
    long[] values = new long[arrayLength()];
    for (int i = 0; i < values.length; i++) {
      values[i] = numbers.longAt(numbers.place(i));
    }
    return values;
  }

  private int arrayLength() {
    if (count() > Integer.MAX_VALUE - 8) {
      throw new IllegalStateException(
          "%s: has %d values, expected at most %d for one array. Read it in parts."
              .formatted(place, count(), Integer.MAX_VALUE - 8));
    }
    return (int) count();
  }

  @Override
  public void close() {
    numbers.close();
  }
}
