package org.betavae.data;

/**
 * Some items of a {@link Dataset} side by side. Its arrays are reused: they hold these values until
 * the next batch is taken.
 */
public final class Batch {
  private final float[] values;
  private final int[] indices;
  private long step;

  Batch(float[] values, int[] indices) {
    this.values = values;
    this.indices = indices;
  }

  /** Values, shape {@code [size(), item size]}; not a copy. */
  public float[] values() {
    return values;
  }

  /** Which items of the data set these are, shape {@code [size()]}; not a copy. */
  public int[] indices() {
    return indices;
  }

  /** Number of items. */
  public int size() {
    return indices.length;
  }

  /** Number of this batch, counted from 0 at the start of training or of the data set. */
  public long step() {
    return step;
  }

  void setStep(long step) {
    this.step = step;
  }
}
