package org.betavae.data;

import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.HashSet;
import java.util.Set;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Writes several named arrays into one {@code .npz} file, as {@code numpy.load} reads them. The
 * file appears under its name on {@link #finish}, or not at all. The same arrays give the same
 * bytes.
 *
 * <p>For one thread.
 */
public final class NpzWriter implements AutoCloseable {
  /** Every entry's time, since zip files hold one: the start of their calendar. */
  private static final LocalDateTime NO_TIME = LocalDateTime.of(1980, 1, 1, 0, 0);

  private final AtomicFile file;
  private final ZipOutputStream zip;
  private final Set<String> names = new HashSet<>();

  private NpzWriter(Path target, int level) {
    file = new AtomicFile(target);
    zip = new ZipOutputStream(file.stream());
    zip.setLevel(level);
  }

  /** Starts a file. */
  public static NpzWriter create(Path target) {
    return new NpzWriter(target, Deflater.DEFAULT_COMPRESSION);
  }

  /**
   * Starts a file that is not compressed: for numbers such as trained weights, which are hardly
   * smaller for it and take many times as long.
   */
  public static NpzWriter createUncompressed(Path target) {
    return new NpzWriter(target, Deflater.NO_COMPRESSION);
  }

  /**
   * Adds a float32 array, given in C order.
   *
   * @throws IllegalArgumentException if the shape has another number of values, or the name is
   *     there
   */
  public void add(String name, float[] values, int... shape) {
    NpyOutput output = new NpyOutput(name, NpyOutput.Type.FLOAT32, shape);
    add(name, output, values.length, () -> output.write(values, 0, values.length));
  }

  /**
   * Adds an int32 array, given in C order.
   *
   * @throws IllegalArgumentException if the shape has another number of values, or the name is
   *     there
   */
  public void add(String name, int[] values, int... shape) {
    NpyOutput output = new NpyOutput(name, NpyOutput.Type.INT32, shape);
    add(name, output, values.length, () -> output.write(values, 0, values.length));
  }

  private interface Body {
    void write() throws IOException;
  }

  private void add(String name, NpyOutput output, long count, Body body) {
    if (count != output.expected()) {
      throw new IllegalArgumentException(
          "array '%s' has %d values, expected %d by its shape %s. Give the shape of the values."
              .formatted(name, count, output.expected(), output.shape()));
    }
    if (!names.add(name)) {
      throw new IllegalArgumentException(
          "array '%s' is there already, expected each name once. Choose another name."
              .formatted(name));
    }
    try {
      ZipEntry entry = new ZipEntry(name + ".npy");
      entry.setTimeLocal(NO_TIME);
      zip.putNextEntry(entry);
      output.begin(zip);
      body.write();
      zip.closeEntry();
    } catch (IOException e) {
      throw file.failure(e);
    }
  }

  /** Completes the file and puts it in its place. */
  public void finish() {
    try {
      zip.finish();
    } catch (IOException e) {
      throw file.failure(e);
    }
    file.commit();
  }

  /** Removes what was written, unless {@link #finish} was called. */
  @Override
  public void close() {
    file.close();
  }
}
