package org.betavae.train.network;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * {@code [batch, height * width * channels] -> [batch, height, width, channels]}.
 *
 * @param height rows
 * @param width columns
 * @param channels values a pixel
 */
public record Unflatten(int height, int width, int channels) implements Layer {
  @Override
  public Operand<TFloat32> apply(Pass pass, String scope, Operand<TFloat32> x) {
    Ops tf = pass.tf();
    long size = Layer.featuresOf(x, "unflatten", 1)[0];
    if (size != (long) height * width * channels) {
      throw new IllegalArgumentException(
          "unflatten to " + height + "x" + width + "x" + channels + " got " + size + " values.");
    }
    return tf.reshape(x, tf.constant(new int[] {-1, height, width, channels}));
  }
}
