package org.betavae.train.imported;

import java.util.List;
import org.betavae.data.ItemShape;
import org.betavae.export.Tensor;
import org.betavae.export.TensorSpec;

/** Items as an imported model takes them, for whoever runs it beside another runtime. */
public final class ImportedItems {
  private ImportedItems() {}

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
