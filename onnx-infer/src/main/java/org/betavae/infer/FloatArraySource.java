package org.betavae.infer;

import java.nio.FloatBuffer;

/** Items of an array. */
final class FloatArraySource implements ItemSource {
  private final String what;
  private final float[] values;
  private final int start;
  private final int count;
  private final int itemSize;

  /**
   * @param what how messages call the array
   * @param start the first item
   */
  FloatArraySource(String what, float[] values, int start, int count, int itemSize) {
    this.what = what;
    this.values = values;
    this.start = start;
    this.count = count;
    this.itemSize = itemSize;
  }

  @Override
  public int count() {
    return count;
  }

  @Override
  public void copy(
      int firstItem, int items, ItemLayout layout, boolean unitRange, FloatBuffer target) {
    int from = (start + firstItem) * itemSize;
    Inputs.range(what, values, from, from + items * itemSize, unitRange);
    layout.toFile(values, start + firstItem, items, target);
  }
}
