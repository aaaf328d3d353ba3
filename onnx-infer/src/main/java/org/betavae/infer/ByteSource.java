package org.betavae.infer;

import java.nio.FloatBuffer;

/** Items of 8-bit levels, 0 to 255 unsigned, which stand for 0 to 1. */
final class ByteSource implements ItemSource {
  private static final float[] VALUES = new float[256];

  static {
    for (int level = 0; level < VALUES.length; level++) {
      VALUES[level] = level / 255f;
    }
  }

  private final byte[] levels;
  private final int count;
  private final int itemSize;

  ByteSource(byte[] levels, int count, int itemSize) {
    this.levels = levels;
    this.count = count;
    this.itemSize = itemSize;
  }

  @Override
  public int count() {
    return count;
  }

  @Override
  public void check(boolean unitRange) {
    // Every level is one of [0,1].
  }

  @Override
  public float[] values(int firstItem, int items) {
    float[] values = new float[items * itemSize];
    int from = firstItem * itemSize;
    for (int i = 0; i < values.length; i++) {
      values[i] = VALUES[levels[from + i] & 0xff];
    }
    return values;
  }

  @Override
  public void copy(
      int firstItem, int items, ItemLayout layout, boolean unitRange, FloatBuffer target) {
    layout.toFile(values(firstItem, items), 0, items, target);
  }
}
