package org.betavae.infer;

import java.nio.FloatBuffer;

/**
 * Items of a buffer, from its position on.
 *
 * @param values of native byte order; its position and limit are left as they are
 */
record FloatBufferSource(String what, FloatBuffer values, int count, int itemSize)
    implements ItemSource {
  @Override
  public void check(boolean unitRange) {
    int from = values.position();
    Inputs.range(what, values, from, from + count * itemSize, unitRange);
  }

  @Override
  public float[] values(int firstItem, int items) {
    float[] copy = new float[items * itemSize];
    values.get(values.position() + firstItem * itemSize, copy);
    return copy;
  }

  @Override
  public void copy(
      int firstItem, int items, ItemLayout layout, boolean unitRange, FloatBuffer target) {
    int from = values.position() + firstItem * itemSize;
    Inputs.range(what, values, from, from + items * itemSize, unitRange);
    layout.toFile(values, from, items, target);
  }

  @Override
  public FloatBuffer inPlace(int firstItem, int items, ItemLayout layout, boolean unitRange) {
    if (!values.isDirect() || layout.channelsLast()) {
      return null;
    }
    int from = values.position() + firstItem * itemSize;
    Inputs.range(what, values, from, from + items * itemSize, unitRange);
    return values.slice(from, items * itemSize);
  }
}
