package org.betavae.train.network;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * A convolution with SAME padding and a bias: {@code [batch, h, w, in] -> [batch, ceil(h / stride),
 * ceil(w / stride), filters]}.
 *
 * @param filters channels of the output
 * @param kernelSize side of the square kernel
 * @param stride step in both directions
 */
public record Conv2d(int filters, int kernelSize, int stride) implements Layer {
  public Conv2d {
    requirePositive("conv", filters, kernelSize, stride);
  }

  @Override
  public String scopeName() {
    return "conv";
  }

  @Override
  public Operand<TFloat32> apply(Pass pass, String scope, Operand<TFloat32> x) {
    Ops tf = pass.tf();
    long in = Layer.featuresOf(x, scope, 3)[2];
    Operand<TFloat32> kernel =
        pass.weights()
            .get(
                scope + "/kernel",
                new long[] {kernelSize, kernelSize, in, filters},
                Initializer.GLOROT_UNIFORM);
    Operand<TFloat32> bias =
        pass.weights().get(scope + "/bias", new long[] {filters}, Initializer.ZEROS);
    return tf.nn.biasAdd(tf.nn.conv2d(x, kernel, Layer.strides(stride), "SAME"), bias);
  }

  static void requirePositive(String layer, int filters, int kernelSize, int stride) {
    if (filters < 1 || kernelSize < 1 || stride < 1) {
      throw new IllegalArgumentException(
          layer
              + " has filters "
              + filters
              + ", kernel size "
              + kernelSize
              + " and stride "
              + stride
              + ", expected at least 1 each.");
    }
  }
}
