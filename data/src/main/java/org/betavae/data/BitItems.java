package org.betavae.data;

import java.util.Arrays;

/** Items of zeros and ones at one bit a value; each item starts at a whole 64-bit word. */
final class BitItems implements Items {
  private final ByteStore words;
  private final int itemSize;
  private final int wordsPerItem;

  /** The store holds little-endian words, the first value of an item in the lowest bit. */
  BitItems(ByteStore words, int itemSize) {
    this.words = words;
    this.itemSize = itemSize;
    wordsPerItem = wordsFor(itemSize);
  }

  static int wordsFor(int itemSize) {
    return (itemSize + Long.SIZE - 1) / Long.SIZE;
  }

  @Override
  public void read(int index, float[] target, int offset) {
    Arrays.fill(target, offset, offset + itemSize, 0f);
    long position = (long) index * wordsPerItem * Long.BYTES;
    for (int word = 0; word < wordsPerItem; word++, position += Long.BYTES) {
      long bits = words.segment(position).getLong(words.within(position));
      int start = offset + word * Long.SIZE;
      while (bits != 0) {
        target[start + Long.numberOfTrailingZeros(bits)] = 1f;
        bits &= bits - 1;
      }
    }
  }

  /**
   * Writes the first {@code count} values, item after item, as bytes: 0 for 0 and a level for 1.
   */
  void unpack(long count, int level, ByteStoreWriter target) {
    byte[] levels = new byte[Long.SIZE];
    long position = 0;
    int inItem = 0;
    for (long left = count; left > 0; position += Long.BYTES) {
      long bits = words.segment(position).getLong(words.within(position));
      int part = (int) Math.min(left, Math.min(Long.SIZE, itemSize - inItem));
      for (int i = 0; i < part; i++) {
        levels[i] = (byte) ((bits >>> i & 1) * level);
      }
      target.write(levels, 0, part);
      left -= part;
      inItem = (inItem + part) % itemSize;
    }
  }

  @Override
  public void close() {
    words.close();
  }
}
