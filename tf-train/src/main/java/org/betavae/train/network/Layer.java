package org.betavae.train.network;

import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;

/**
 * One layer of a network. Images are {@code [batch, height, width, channels]}, vectors {@code
 * [batch, size]}; every dimension but the batch is known while the graph is built.
 */
public sealed interface Layer
    permits Activation, Conv2d, ConvTranspose2d, Dense, Flatten, Unflatten {

  /**
   * Adds this layer to a graph.
   *
   * @param pass where operations are added and variables come from
   * @param scope prefix of the variables' names, such as {@code encoder/conv1}
   * @param x the layer's input
   * @return the layer's output
   * @throws IllegalArgumentException if the input's shape does not suit the layer
   */
  Operand<TFloat32> apply(Pass pass, String scope, Operand<TFloat32> x);

  /**
   * Word for this layer in variables' names: {@code conv}, {@code dense}; empty without weights.
   */
  default String scopeName() {
    return "";
  }

  /** Dimensions of {@code x} without the batch, which must all be known. */
  static long[] featuresOf(Operand<TFloat32> x, String layer, int rank) {
    Shape shape = x.shape();
    if (shape.numDimensions() != rank + 1) {
      throw new IllegalArgumentException(
          layer
              + " got an input of shape "
              + shape
              + ", expected "
              + (rank == 3 ? "[batch, height, width, channels]" : "[batch, size]")
              + (rank == 3 ? ". Put an unflatten before it." : ". Put a flatten before it."));
    }
    return shape.tail().asArray();
  }

  /** {@code [1, stride, stride, 1]}, as convolutions on {@code [N, H, W, C]} want it. */
  static List<Long> strides(int stride) {
    return List.of(1L, (long) stride, (long) stride, 1L);
  }
}
