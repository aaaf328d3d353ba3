package org.betavae.train.network;

import java.util.List;
import java.util.Map;
import org.betavae.data.ItemShape;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * The same values in another shape, the last dimension fastest.
 *
 * @param shape of the output: an image or a vector
 */
public record Reshape(ItemShape shape) implements Layer {
  /** To an image {@code [batch, height, width, channels]}. */
  public Reshape(int height, int width, int channels) {
    this(ItemShape.image(height, width, channels));
  }

  @Override
  public String kind() {
    return "reshape";
  }

  @Override
  public Map<String, Object> settings() {
    return Map.of("shape", dims(shape));
  }

  /** {@code [h, w, c]} or {@code [d]}, as a list of layers has it. */
  static List<Integer> dims(ItemShape shape) {
    return shape.image()
        ? List.of(shape.height(), shape.width(), shape.channels())
        : List.of(shape.size());
  }

  @Override
  public ItemShape outputShape(ItemShape in) {
    if (in.size() != shape.size()) {
      throw new IllegalArgumentException(
          "got "
              + in
              + ", which are "
              + in.size()
              + " values, expected "
              + shape.size()
              + " for "
              + shape
              + ". Change the layer before it or the shape.");
    }
    return shape;
  }

  @Override
  public Operand<TFloat32> apply(Pass pass, String scope, Operand<TFloat32> x) {
    outputShape(Layer.itemOf(x));
    Ops tf = pass.tf();
    return tf.reshape(
        x,
        tf.constant(
            shape.image()
                ? new int[] {-1, shape.height(), shape.width(), shape.channels()}
                : new int[] {-1, shape.size()}));
  }
}
