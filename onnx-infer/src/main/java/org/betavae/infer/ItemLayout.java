package org.betavae.infer;

import java.nio.FloatBuffer;
import java.util.List;
import java.util.Optional;

/**
 * How a file lays out one item: the shape {@code [C, H, W]} or {@code [D]} in which the API speaks
 * of it, and whether the file itself has the channels last.
 */
record ItemLayout(ItemShape shape, boolean channelsLast) {
  /** Pictures have at most this many channels; what has more is taken for a height or a width. */
  private static final int MAX_PICTURE_CHANNELS = 4;

  ItemLayout {
    // With one channel both layouts are the same numbers in the same order.
    channelsLast = channelsLast && shape.channels() > 1;
  }

  /**
   * Reads the layout off the sizes: {@code [D]} is a vector, {@code [H, W]} an image of one
   * channel, {@code [A, B, C]} has its channels last if C is at most 4 and A is more, otherwise
   * first.
   *
   * @param itemDims sizes without the batch, all known
   * @param known the shape that metadata or the model's other half gives; if the sizes can be read
   *     as it, they are
   * @return empty if there are more than three sizes
   */
  static Optional<ItemLayout> of(List<Long> itemDims, Optional<ItemShape> known) {
    int[] dims = new int[itemDims.size()];
    for (int i = 0; i < dims.length; i++) {
      dims[i] = Math.toIntExact(itemDims.get(i));
    }
    return switch (dims.length) {
      case 1 -> {
        ItemShape vector = ItemShape.vector(dims[0]);
        ItemShape shape = known.filter(k -> k.size() == vector.size()).orElse(vector);
        yield Optional.of(new ItemLayout(shape, false));
      }
      case 2 -> Optional.of(new ItemLayout(ItemShape.image(1, dims[0], dims[1]), false));
      case 3 -> {
        ItemShape first = ItemShape.image(dims[0], dims[1], dims[2]);
        ItemShape last = ItemShape.image(dims[2], dims[0], dims[1]);
        boolean guess = dims[2] <= MAX_PICTURE_CHANNELS && dims[0] > MAX_PICTURE_CHANNELS;
        boolean isLast =
            known.map(k -> !k.equals(first) && (k.equals(last) || guess)).orElse(guess);
        yield Optional.of(new ItemLayout(isLast ? last : first, isLast));
      }
      default -> Optional.empty();
    };
  }

  /** Copies items from {@code [N, C, H, W]} into the file's layout, to the buffer's start. */
  void toFile(float[] source, int firstItem, int count, FloatBuffer target) {
    int size = shape.size();
    if (!channelsLast) {
      target.put(0, source, firstItem * size, count * size);
      return;
    }
    int plane = shape.height() * shape.width();
    int to = 0;
    for (int item = firstItem; item < firstItem + count; item++) {
      for (int pixel = 0; pixel < plane; pixel++) {
        for (int channel = 0; channel < shape.channels(); channel++) {
          target.put(to++, source[item * size + channel * plane + pixel]);
        }
      }
    }
  }

  /** Copies items from {@code [N, C, H, W]}, from a place on, to the target's start. */
  void toFile(FloatBuffer source, int start, int count, FloatBuffer target) {
    int size = shape.size();
    if (!channelsLast) {
      target.put(0, source, start, count * size);
      return;
    }
    int plane = shape.height() * shape.width();
    int to = 0;
    for (int item = start; item < start + count * size; item += size) {
      for (int pixel = 0; pixel < plane; pixel++) {
        for (int channel = 0; channel < shape.channels(); channel++) {
          target.put(to++, source.get(item + channel * plane + pixel));
        }
      }
    }
  }

  /** Copies items from the buffer's start to {@code [N, C, H, W]}, from a place on. */
  void fromFile(FloatBuffer source, FloatBuffer target, int start, int count) {
    int size = shape.size();
    if (!channelsLast) {
      target.put(start, source, 0, count * size);
      return;
    }
    int plane = shape.height() * shape.width();
    int from = 0;
    for (int item = start; item < start + count * size; item += size) {
      for (int pixel = 0; pixel < plane; pixel++) {
        for (int channel = 0; channel < shape.channels(); channel++) {
          target.put(item + channel * plane + pixel, source.get(from++));
        }
      }
    }
  }

  /** Copies items from the buffer's start, in the file's layout, into {@code [N, C, H, W]}. */
  void fromFile(FloatBuffer source, float[] target, int firstItem, int count) {
    int size = shape.size();
    if (!channelsLast) {
      source.get(0, target, firstItem * size, count * size);
      return;
    }
    int plane = shape.height() * shape.width();
    int from = 0;
    for (int item = firstItem; item < firstItem + count; item++) {
      for (int pixel = 0; pixel < plane; pixel++) {
        for (int channel = 0; channel < shape.channels(); channel++) {
          target[item * size + channel * plane + pixel] = source.get(from++);
        }
      }
    }
  }
}
