package org.betavae.data;

import java.nio.ByteOrder;

/** Packs zeros and ones for {@link BitItems}, value by value. */
final class BitWriter implements AutoCloseable {
  private final int itemSize;
  private final ByteStoreWriter store;
  private final byte[] bytes = new byte[Long.BYTES];
  private long word;
  private int inItem;
  private long written;

  BitWriter(int itemSize, ByteStoreWriter store) {
    this.itemSize = itemSize;
    this.store = store;
  }

  void write(boolean on) {
    if (on) {
      word |= 1L << inItem;
    }
    advance(1);
  }

  /** The same as so many calls with false. */
  void writeZeros(int count) {
    int left = count;
    while (left > 0) {
      int part = Math.min(left, Math.min(Long.SIZE - inItem % Long.SIZE, itemSize - inItem));
      advance(part);
      left -= part;
    }
  }

  /** Moves on within the current word. */
  private void advance(int count) {
    inItem += count;
    written += count;
    if (inItem == itemSize) {
      flush();
      inItem = 0;
    } else if (inItem % Long.SIZE == 0) {
      flush();
    }
  }

  private void flush() {
    for (int i = 0; i < Long.BYTES; i++) {
      bytes[i] = (byte) (word >>> (Byte.SIZE * i));
    }
    store.write(bytes, 0, Long.BYTES);
    word = 0;
  }

  /** Number of values so far. */
  long written() {
    return written;
  }

  /** The packed values, up to the last one written. The writer is used up. */
  BitItems finish() {
    if (inItem % Long.SIZE != 0) {
      flush();
    }
    return new BitItems(store.finish().order(ByteOrder.LITTLE_ENDIAN), itemSize);
  }

  @Override
  public void close() {
    store.close();
  }
}
