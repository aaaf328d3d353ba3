package org.betavae.train.imported;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.betavae.data.ItemShape;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * How a model lays out the items that the data have as {@code [h, w, c]} or {@code [d]}.
 *
 * @param dims the model's sizes without the batch, all known
 * @param item the data's
 * @param values numbers for each value of an item, which stand behind one another in the channels
 * @param channelsFirst whether the model has {@code c} before {@code h} and {@code w}
 */
record ImageLayout(List<Integer> dims, ItemShape item, int values, boolean channelsFirst) {
  /**
   * The layout in which a model takes or gives these items.
   *
   * @param dims the model's sizes without the batch, -1 for one that is free
   * @param channelsFirst which layout to take where both would fit
   * @return empty if the model is of another size
   */
  static Optional<ImageLayout> of(
      List<Long> dims, ItemShape item, int values, boolean channelsFirst) {
    ImageLayout preferred = in(item, values, channelsFirst);
    ImageLayout other = in(item, values, !channelsFirst);
    for (ImageLayout layout : List.of(preferred, other)) {
      if (dims.size() == layout.dims.size() && fits(dims, layout.dims)) {
        return Optional.of(layout);
      }
    }
    int size = item.size() * values;
    if (dims.size() == 1 && fits(dims, List.of(size))) {
      return Optional.of(new ImageLayout(List.of(size), item, values, channelsFirst));
    }
    boolean plain = !item.image() || item.channels() * values == 1;
    boolean known = dims.stream().allMatch(d -> d > 0);
    if (plain && known && dims.stream().reduce(1L, (a, b) -> a * b) == size) {
      List<Integer> sizes = dims.stream().map(Math::toIntExact).toList();
      return Optional.of(new ImageLayout(sizes, item, values, channelsFirst));
    }
    return Optional.empty();
  }

  private static ImageLayout in(ItemShape item, int values, boolean channelsFirst) {
    int channels = item.channels() * values;
    List<Integer> dims =
        !item.image()
            ? List.of(item.size() * values)
            : channelsFirst
                ? List.of(channels, item.height(), item.width())
                : List.of(item.height(), item.width(), channels);
    return new ImageLayout(dims, item, values, channelsFirst);
  }

  private static boolean fits(List<Long> dims, List<Integer> wanted) {
    for (int i = 0; i < wanted.size(); i++) {
      if (dims.get(i) >= 0 && dims.get(i) != (long) wanted.get(i)) {
        return false;
      }
    }
    return true;
  }

  private boolean moves() {
    return item.image() && channelsFirst && item.channels() * values > 1;
  }

  /** The data's items as the model takes them. */
  Operand<TFloat32> toModel(Ops tf, Operand<TFloat32> x) {
    Operand<TFloat32> moved =
        moves() ? tf.linalg.transpose(x, tf.constant(new int[] {0, 3, 1, 2})) : x;
    return tf.reshape(moved, tf.constant(shape(dims)));
  }

  /** What the model gives as the data's items are, {@code [batch, h, w, c * values]}. */
  Operand<TFloat32> fromModel(Ops tf, Operand<TFloat32> y) {
    int channels = item.channels() * values;
    if (!item.image()) {
      return tf.reshape(y, tf.constant(shape(List.of(item.size() * values))));
    }
    if (!moves()) {
      return tf.reshape(y, tf.constant(shape(List.of(item.height(), item.width(), channels))));
    }
    List<Integer> first = List.of(channels, item.height(), item.width());
    return tf.linalg.transpose(
        tf.reshape(y, tf.constant(shape(first))), tf.constant(new int[] {0, 2, 3, 1}));
  }

  /** One item of the data as the model has it, for a probe. */
  long[] probeShape(int batch) {
    List<Integer> all = new ArrayList<>(List.of(batch));
    all.addAll(dims);
    return all.stream().mapToLong(Integer::longValue).toArray();
  }

  private static int[] shape(List<Integer> dims) {
    List<Integer> all = new ArrayList<>(List.of(-1));
    all.addAll(dims);
    return all.stream().mapToInt(Integer::intValue).toArray();
  }
}
