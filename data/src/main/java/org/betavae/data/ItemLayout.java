package org.betavae.data;

import java.util.Arrays;
import java.util.Optional;

/**
 * How the axes of an array become items.
 *
 * @param items number of items
 * @param shape shape of each
 * @param channelsFirst whether the channels come before rows and columns
 */
record ItemLayout(int items, ItemShape shape, boolean channelsFirst) {
  /** An image of 8192x8192; as floats 256 MB, which still can be read one at a time. */
  private static final int MOST_VALUES = 1 << 26;

  /** The layout of an array whose axes leave no doubt. */
  static ItemLayout of(int[] axes) {
    return of(axes, Optional.empty(), "array");
  }

  /**
   * {@code [N,D]} are vectors, {@code [N,H,W]} gray images, {@code [N,H,W,C]} and {@code [N,C,H,W]}
   * images of C = 1 or 3 channels. Where both readings are possible ({@code [N,3,H,3]}), the one of
   * the wanted shape is taken, and otherwise channels last.
   *
   * @throws DataException if the axes are others or there is no item
   */
  static ItemLayout of(int[] axes, Optional<ItemShape> wanted, String place) {
    if (axes.length < 2 || axes.length > 4) {
      throw new DataException(
          "%s: shape is %s, expected [N,D], [N,H,W], [N,H,W,C] or [N,C,H,W]. Reshape the array."
              .formatted(place, Arrays.toString(axes)));
    }
    if (Arrays.stream(axes).anyMatch(size -> size == 0)) {
      throw new DataException(
          "%s: is empty, its shape is %s, expected at least one item. Check how it was made."
              .formatted(place, Arrays.toString(axes)));
    }
    double size = Arrays.stream(axes).skip(1).asDoubleStream().reduce(1, (a, b) -> a * b);
    if (size > MOST_VALUES) {
      throw new DataException(
          "%s: shape is %s, expected items of at most %d values. Cut or shrink the items."
              .formatted(place, Arrays.toString(axes), MOST_VALUES));
    }
    return switch (axes.length) {
      case 2 -> new ItemLayout(axes[0], ItemShape.vector(axes[1]), false);
      case 3 -> new ItemLayout(axes[0], ItemShape.image(axes[1], axes[2], 1), false);
      default -> withChannels(axes, wanted, place);
    };
  }

  private static ItemLayout withChannels(int[] axes, Optional<ItemShape> wanted, String place) {
    boolean last = isChannels(axes[3]);
    boolean first = isChannels(axes[1]);
    if (!last && !first) {
      throw new DataException(
          "%s: shape is %s, expected 1 or 3 channels on the last axis or the second. Drop or merge channels."
              .formatted(place, Arrays.toString(axes)));
    }
    ItemLayout channelsLast =
        new ItemLayout(axes[0], ItemShape.image(axes[1], axes[2], axes[3]), false);
    ItemLayout channelsFirst =
        new ItemLayout(axes[0], ItemShape.image(axes[2], axes[3], axes[1]), true);
    boolean firstIsWanted =
        wanted.equals(Optional.of(channelsFirst.shape))
            && !wanted.equals(Optional.of(channelsLast.shape));
    return first && (!last || firstIsWanted) ? channelsFirst : channelsLast;
  }

  private static boolean isChannels(int size) {
    return size == 1 || size == 3;
  }
}
