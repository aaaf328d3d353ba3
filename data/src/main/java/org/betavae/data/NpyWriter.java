package org.betavae.data;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Writes one NumPy array file, value by value in C order, little-endian. The file appears under its
 * name when all values are written and {@link #close} is called, or not at all.
 *
 * <p>For one thread.
 */
public final class NpyWriter implements AutoCloseable {
  private final AtomicFile file;
  private final NpyOutput output;
  private boolean closed;

  private NpyWriter(Path target, NpyOutput.Type type, int... shape) {
    output = new NpyOutput(target.toString(), type, shape);
    file = new AtomicFile(target);
    try {
      output.begin(file.stream());
    } catch (IOException e) {
      file.close();
      throw file.failure(e);
    }
  }

  /** A float32 array of the given shape; every size may be 0. */
  public static NpyWriter create(Path target, int... shape) {
    return new NpyWriter(target, NpyOutput.Type.FLOAT32, shape);
  }

  /** An int32 array of the given shape. */
  public static NpyWriter createInt32(Path target, int... shape) {
    return new NpyWriter(target, NpyOutput.Type.INT32, shape);
  }

  /** Appends values of a float32 array. */
  public void write(float[] values, int offset, int count) {
    try {
      output.write(values, offset, count);
    } catch (IOException e) {
      throw file.failure(e);
    }
  }

  /** Appends values of an int32 array. */
  public void write(int[] values, int offset, int count) {
    try {
      output.write(values, offset, count);
    } catch (IOException e) {
      throw file.failure(e);
    }
  }

  /**
   * Finishes the file.
   *
   * @throws IllegalStateException if values are missing; no file appears then
   */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    try (file) {
      output.checkComplete();
      file.commit();
    }
  }
}
