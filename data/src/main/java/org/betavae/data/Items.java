package org.betavae.data;

/** Where the values of a data set lie. Reading is safe for many threads. */
interface Items extends AutoCloseable {
  /**
   * Copies the values of one item; the index is known to exist and the target to be long enough.
   */
  void read(int index, float[] target, int offset);

  @Override
  void close();
}
