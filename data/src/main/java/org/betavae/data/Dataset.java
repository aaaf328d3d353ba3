package org.betavae.data;

import java.util.Optional;

/**
 * A fixed number of items of one shape, each readable on its own.
 *
 * <p>{@link #read} is safe for many threads at once. After {@link #close} nothing may be read; a
 * close during a read is the caller's error. Views such as {@link Split} share what their data set
 * holds and do not close it.
 */
public interface Dataset extends AutoCloseable {
  /** Short name: {@code sprites}, or the name of the file or folder. */
  String name();

  /** Shape of every item. */
  ItemShape shape();

  /** Number of items, at least 1. */
  int size();

  /**
   * Copies the values of one item into {@code target[offset .. offset + shape().size() - 1]},
   * images as rows, columns, channels, in [0, 1].
   *
   * @throws IndexOutOfBoundsException if there is no such item or the target is too short
   */
  void read(int index, float[] target, int offset);

  /** Whether every value is 0 or 1. */
  boolean binary();

  /** Bounds of all values; within [0, 1] for images. */
  ValueRange range();

  /** What is known about how each item was made, or its label. */
  Optional<Factors> factors();

  /** Frees memory and files. May be called twice. */
  @Override
  void close();
}
