package org.betavae.infer;

import java.nio.FloatBuffer;
import java.util.Arrays;

/** Items of an array. */
final class FloatArraySource implements ItemSource {
  private final String what;
  private final float[] values;
  private final int count;
  private final int itemSize;

  /**
   * @param what how messages call the array
   */
  FloatArraySource(String what, float[] values, int count, int itemSize) {
    this.what = what;
    this.values = values;
    this.count = count;
    this.itemSize = itemSize;
  }

  @Override
  public int count() {
    return count;
  }

  @Override
  public void check(boolean unitRange) {
    Inputs.range(what, values, 0, count * itemSize, unitRange);
  }

  @Override
  public float[] values(int firstItem, int items) {
    int from = firstItem * itemSize;
    return Arrays.copyOfRange(values, from, from + items * itemSize);
  }

  @Override
  public void copy(
      int firstItem, int items, ItemLayout layout, boolean unitRange, FloatBuffer target) {
    int from = firstItem * itemSize;
    Inputs.range(what, values, from, from + items * itemSize, unitRange);
    layout.toFile(values, firstItem, items, target);
  }
}
