package org.betavae.cli;

import java.util.Arrays;
import java.util.List;
import org.betavae.data.DataSources;
import org.betavae.data.Dataset;
import org.betavae.data.ItemShape;
import org.betavae.data.SourceOptions;
import org.betavae.infer.ModelInfo;

/** Data in the form that a model takes. */
final class ModelData {
  private ModelData() {}

  /** Shape of the model's images, rows and columns first, or of its vectors. */
  static ItemShape shape(ModelInfo info) {
    List<Integer> s = info.inputShape();
    return info.isVector()
        ? ItemShape.vector(s.get(0))
        : ItemShape.image(s.get(1), s.get(2), s.get(0));
  }

  /** Opens a source with items of the model's shape. */
  static Dataset open(String source, ModelInfo info) {
    return DataSources.open(source, SourceOptions.wanting(shape(info)));
  }

  /**
   * Reads some items.
   *
   * @return in the model's order, shape {@code [indices.length, C, H, W]}
   */
  static float[] read(Dataset data, ModelInfo info, int... indices) {
    int size = data.shape().size();
    float[] values = new float[indices.length * size];
    for (int i = 0; i < indices.length; i++) {
      data.read(indices[i], values, i * size);
    }
    return toModel(values, info);
  }

  /** Items as read, shape {@code [N, H, W, C]}, to the model's order. */
  static float[] toModel(float[] values, ModelInfo info) {
    return info.isVector() ? values : Layout.toChannelsFirst(values, shape(info));
  }

  /** Checks that an option names an item of the data. */
  static int index(Opt<Integer> option, int value, Dataset data) {
    if (value >= data.size()) {
      throw new UsageException(
          option.dashed()
              + " is "
              + value
              + ", expected from 0 to "
              + (data.size() - 1)
              + ", since "
              + data.name()
              + " has "
              + data.size()
              + " items");
    }
    return value;
  }

  /** Dimensions of a batch of the model's images: {@code [N, C, H, W]} or {@code [N, D]}. */
  static int[] batchShape(int count, ModelInfo info) {
    int[] shape = new int[1 + info.inputShape().size()];
    Arrays.setAll(shape, i -> i == 0 ? count : info.inputShape().get(i - 1));
    return shape;
  }
}
