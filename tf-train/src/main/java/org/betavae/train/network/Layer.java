package org.betavae.train.network;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.List;
import java.util.Map;
import org.betavae.data.ItemShape;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;

/**
 * One layer of a network. Images are {@code [batch, height, width, channels]}, vectors {@code
 * [batch, size]}; every dimension but the batch is known while the graph is built.
 */
public sealed interface Layer
    permits Activation,
        BatchNorm,
        Conv2d,
        ConvTranspose2d,
        Dense,
        Dropout,
        Flatten,
        LayerNorm,
        Pool,
        Rescale,
        Reshape,
        Residual,
        Resize {

  /** Name in a list of layers: {@code conv}, {@code relu}. */
  String kind();

  /** Settings by their names in a list of layers, in the order of its documentation. */
  default Map<String, Object> settings() {
    return Map.of();
  }

  /**
   * What comes out for an input of that shape, worked out without TensorFlow.
   *
   * @throws IllegalArgumentException if the layer cannot take it; says what it got and expected
   */
  ItemShape outputShape(ItemShape in);

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

  /** This layer as an entry of a list of layers: its name, or its name with its settings. */
  @JsonValue
  default Object entry() {
    return settings().isEmpty() ? kind() : Map.of(kind(), settings());
  }

  /**
   * Shape of one item of {@code x}, which must be {@code [batch, h, w, c]} or {@code [batch, d]}.
   */
  static ItemShape itemOf(Operand<TFloat32> x) {
    long[] dims = x.shape().tail().asArray();
    return dims.length == 1 ? vector(dims[0]) : image(dims[0], dims[1], dims[2]);
  }

  /** Refuses a vector. */
  static void requireImage(ItemShape in) {
    if (!in.image()) {
      throw new IllegalArgumentException(
          "got a vector of "
              + in
              + ", expected an image. Put a reshape such as {reshape: [4, 4, 64]} before it.");
    }
  }

  /** The shape of an image. */
  static ItemShape image(long height, long width, long channels) {
    if ((double) height * width * channels > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "gives %dx%dx%d values, expected at most %d. Use smaller sizes."
              .formatted(height, width, channels, Integer.MAX_VALUE));
    }
    return ItemShape.image((int) height, (int) width, (int) channels);
  }

  /** The shape of a vector. */
  static ItemShape vector(long size) {
    return ItemShape.vector(Math.toIntExact(size));
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
              + (rank == 3 ? ". Put a reshape before it." : ". Put a flatten before it."));
    }
    return shape.tail().asArray();
  }

  /** {@code [1, stride, stride, 1]}, as convolutions on {@code [N, H, W, C]} want it. */
  static List<Long> strides(int stride) {
    return List.of(1L, (long) stride, (long) stride, 1L);
  }
}
