package org.betavae.train.imported;

import java.util.List;
import java.util.Optional;
import org.betavae.data.ItemShape;
import org.betavae.export.Tensor;
import org.betavae.export.TensorSpec;

/** Items as an imported model takes them, for whoever runs it beside another runtime. */
public final class ImportedItems {
  private ImportedItems() {}

  /**
   * The pictures that an input takes, as its sizes say: of three the layout decides which are the
   * channels, unless only the other one gives 1 or 3 of them; two are gray, and so is a vector as
   * long as a square.
   *
   * @param input the model's
   * @param channelsFirst which layout to take where both would do
   * @return empty where a size is free, or they are no picture's
   */
  public static Optional<ItemShape> shape(TensorSpec input, boolean channelsFirst) {
    if (input.shape() == null || input.shape().stream().skip(1).anyMatch(dim -> dim < 1)) {
      return Optional.empty();
    }
    int[] dims = input.shape().stream().skip(1).mapToInt(Math::toIntExact).toArray();
    return switch (dims.length) {
      case 1 -> {
        int side = (int) Math.sqrt(dims[0]);
        yield side * side == dims[0]
            ? Optional.of(ItemShape.image(side, side, 1))
            : Optional.empty();
      }
      case 2 -> Optional.of(ItemShape.image(dims[0], dims[1], 1));
      case 3 -> {
        boolean fits = areChannels(dims[channelsFirst ? 0 : 2]);
        boolean onlyOther = !fits && areChannels(dims[channelsFirst ? 2 : 0]);
        boolean first = channelsFirst != onlyOther;
        yield Optional.of(
            first
                ? ItemShape.image(dims[1], dims[2], dims[0])
                : ItemShape.image(dims[0], dims[1], dims[2]));
      }
      default -> Optional.empty();
    };
  }

  private static boolean areChannels(int size) {
    return size == 1 || size == 3;
  }

  /**
   * Some items.
   *
   * @param input the model's
   * @param item shape of an item
   * @param values {@code count} items as data sets have them, channels last
   * @param channelsFirst which layout to take where both would fit
   * @throws IllegalArgumentException if the model is of another size
   */
  public static Tensor of(
      TensorSpec input, ItemShape item, float[] values, int count, boolean channelsFirst) {
    List<Long> dims =
        input.shape() == null
            ? List.of(-1L, -1L, -1L)
            : input.shape().subList(1, input.shape().size());
    ImageLayout layout =
        ImageLayout.of(dims, item, 1, channelsFirst)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "Input "
                            + input.name()
                            + input.shapeText()
                            + " does not take items of "
                            + item
                            + ", expected items of that size. Give other data."));
    Tensor rows =
        item.image()
            ? Tensor.floats(
                new long[] {count, item.height(), item.width(), item.channels()}, values)
            : Tensor.floats(new long[] {count, item.size()}, values);
    Tensor moved = item.image() && layout.channelsFirst() ? rows.transpose(0, 3, 1, 2) : rows;
    return moved.reshape(layout.probeShape(count));
  }
}
