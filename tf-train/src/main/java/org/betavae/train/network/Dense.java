package org.betavae.train.network;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * A fully connected layer: {@code x W + b}, {@code [batch, in] -> [batch, units]}.
 *
 * @param units size of the output, at least 1
 */
public record Dense(int units) implements Layer {
  public Dense {
    if (units < 1) {
      throw new IllegalArgumentException("dense units is " + units + ", expected at least 1.");
    }
  }

  @Override
  public String scopeName() {
    return "dense";
  }

  @Override
  public Operand<TFloat32> apply(Pass pass, String scope, Operand<TFloat32> x) {
    Ops tf = pass.tf();
    long in = Layer.featuresOf(x, scope, 1)[0];
    Operand<TFloat32> kernel =
        pass.weights().get(scope + "/kernel", new long[] {in, units}, Initializer.GLOROT_UNIFORM);
    Operand<TFloat32> bias =
        pass.weights().get(scope + "/bias", new long[] {units}, Initializer.ZEROS);
    return tf.nn.biasAdd(tf.linalg.matMul(x, kernel), bias);
  }
}
