package org.betavae.infer;

import java.nio.FloatBuffer;

/** Items in the API's order {@code [N, C, H, W]}, wherever they lie. */
interface ItemSource {
  /** Number of items, 1 and more. */
  int count();

  /**
   * Checks all items.
   *
   * @param unitRange whether they have to be in [0,1], not only finite
   * @throws IllegalArgumentException if one of them is not fit to be run
   */
  void check(boolean unitRange);

  /** A copy of some items, unchecked. */
  float[] values(int firstItem, int count);

  /**
   * Checks items and copies them to the target's start.
   *
   * @param layout how they are to lie there
   * @param unitRange whether they have to be in [0,1], not only finite
   * @throws IllegalArgumentException if one of them is not fit to be run
   */
  void copy(int firstItem, int count, ItemLayout layout, boolean unitRange, FloatBuffer target);

  /**
   * Checks items and gives them where they lie, if they can be run from there: in direct memory and
   * the file's layout. Null if not; no Optional, since this is on the way of every call.
   */
  default FloatBuffer inPlace(int firstItem, int count, ItemLayout layout, boolean unitRange) {
    return null;
  }
}
