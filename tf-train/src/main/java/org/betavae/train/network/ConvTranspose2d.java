package org.betavae.train.network;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.betavae.data.ItemShape;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * A transposed convolution with a bias: {@code [batch, h, w, in] -> [batch, h', w', filters]},
 * where {@code h' = h * stride} with SAME padding and {@code h * stride + max(kernel - stride, 0)}
 * with VALID.
 *
 * @param filters channels of the output
 * @param kernelSize side of the square kernel
 * @param stride factor by which height and width grow
 * @param padding what happens at the border
 */
public record ConvTranspose2d(int filters, int kernelSize, int stride, Padding padding)
    implements Layer {
  public ConvTranspose2d {
    Conv2d.requirePositive(filters, kernelSize, stride);
  }

  /** With SAME padding. */
  public ConvTranspose2d(int filters, int kernelSize, int stride) {
    this(filters, kernelSize, stride, Padding.SAME);
  }

  @Override
  public String kind() {
    return "conv-transpose";
  }

  @Override
  public Map<String, Object> settings() {
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("filters", filters);
    settings.put("kernel", kernelSize);
    settings.put("stride", stride);
    settings.put("padding", padding.setting());
    return settings;
  }

  @Override
  public ItemShape outputShape(ItemShape in) {
    Layer.requireImage(in);
    return Layer.image(grown(in.height()), grown(in.width()), filters);
  }

  private long grown(long side) {
    return side * stride + (padding == Padding.SAME ? 0 : Math.max(kernelSize - stride, 0));
  }

  @Override
  public String scopeName() {
    return "conv_transpose";
  }

  @Override
  public Operand<TFloat32> apply(Pass pass, String scope, Operand<TFloat32> x) {
    Ops tf = pass.tf();
    long[] in = Layer.featuresOf(x, scope, 3);
    Operand<TFloat32> kernel =
        pass.weights()
            .get(
                scope + "/kernel",
                new long[] {kernelSize, kernelSize, filters, in[2]},
                Initializer.GLOROT_UNIFORM);
    Operand<TFloat32> bias =
        pass.weights().get(scope + "/bias", new long[] {filters}, Initializer.ZEROS);
    long batch = x.shape().get(0);
    Operand<TFloat32> y =
        batch >= 0 && OverlapAdd.suits(this)
            ? new OverlapAdd(this, Math.toIntExact(batch), in).apply(tf, x, kernel)
            : EvenChannels.transposed(
                pass,
                outputShape(tf, x, in),
                kernel,
                x,
                (sizes, k, padded) ->
                    tf.nn.conv2dBackpropInput(
                        sizes, k, padded, Layer.strides(stride), padding.name()));
    return tf.nn.biasAdd(y, bias);
  }

  private Operand<TInt32> outputShape(Ops tf, Operand<TFloat32> x, long[] in) {
    int height = Math.toIntExact(grown(in[0]));
    int width = Math.toIntExact(grown(in[1]));
    long batch = x.shape().get(0);
    if (batch >= 0) {
      return tf.constant(new int[] {Math.toIntExact(batch), height, width, filters});
    }
    Operand<TInt32> dynamicBatch =
        tf.squeeze(tf.slice(tf.shape(x), tf.constant(new int[] {0}), tf.constant(new int[] {1})));
    return tf.stack(
        List.of(dynamicBatch, tf.constant(height), tf.constant(width), tf.constant(filters)));
  }
}
