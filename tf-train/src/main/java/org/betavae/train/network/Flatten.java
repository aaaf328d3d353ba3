package org.betavae.train.network;

import org.betavae.data.ItemShape;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** {@code [batch, ...] -> [batch, size]}, the last dimension fastest. */
public record Flatten() implements Layer {
  @Override
  public String kind() {
    return "flatten";
  }

  @Override
  public ItemShape outputShape(ItemShape in) {
    return ItemShape.vector(in.size());
  }

  @Override
  public Operand<TFloat32> apply(Pass pass, String scope, Operand<TFloat32> x) {
    Ops tf = pass.tf();
    if (x.shape().numDimensions() == 2) {
      return x;
    }
    int size = Math.toIntExact(x.shape().tail().size());
    return tf.reshape(x, tf.constant(new int[] {-1, size}));
  }
}
