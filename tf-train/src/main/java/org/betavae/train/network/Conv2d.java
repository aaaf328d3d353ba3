package org.betavae.train.network;

import java.util.LinkedHashMap;
import java.util.Map;
import org.betavae.data.ItemShape;
import org.betavae.train.Settings;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * A convolution with a bias: {@code [batch, h, w, in] -> [batch, h', w', filters]}, where {@code h'
 * = ceil(h / stride)} with SAME padding and {@code floor((h - kernel) / stride) + 1} with VALID.
 *
 * @param filters channels of the output
 * @param kernelSize side of the square kernel
 * @param stride step in both directions
 * @param padding what happens at the border
 * @param init how the kernel's first values are drawn
 */
public record Conv2d(int filters, int kernelSize, int stride, Padding padding, KernelInit init)
    implements Layer {
  public Conv2d {
    requirePositive(filters, kernelSize, stride);
  }

  /** With SAME padding and Glorot's first values. */
  public Conv2d(int filters, int kernelSize, int stride) {
    this(filters, kernelSize, stride, Padding.SAME, KernelInit.GLOROT);
  }

  @Override
  public String kind() {
    return "conv";
  }

  @Override
  public Map<String, Object> settings() {
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("filters", filters);
    settings.put("kernel", kernelSize);
    settings.put("stride", stride);
    settings.put("padding", padding.setting());
    settings.put("init", init.setting());
    return settings;
  }

  @Override
  public String scopeName() {
    return "conv";
  }

  @Override
  public ItemShape outputShape(ItemShape in) {
    Layer.requireImage(in);
    return Layer.image(
        padding.after(in.height(), kernelSize, stride),
        padding.after(in.width(), kernelSize, stride),
        filters);
  }

  @Override
  public Operand<TFloat32> apply(Pass pass, String scope, Operand<TFloat32> x) {
    Ops tf = pass.tf();
    long in = Layer.featuresOf(x, scope, 3)[2];
    Operand<TFloat32> kernel =
        pass.weights()
            .get(scope + "/kernel", new long[] {kernelSize, kernelSize, in, filters}, init);
    Operand<TFloat32> bias =
        pass.weights().get(scope + "/bias", new long[] {filters}, Initializer.ZEROS);
    Operand<TFloat32> y =
        EvenChannels.convolution(
            pass,
            x,
            kernel,
            (padded, k) -> tf.nn.conv2d(padded, k, Layer.strides(stride), padding.name()));
    return tf.nn.biasAdd(y, bias);
  }

  static void requirePositive(int filters, int kernelSize, int stride) {
    requirePositive("filters", filters, "The usual numbers are 32 and 64.");
    requirePositive("kernel", kernelSize, "The usual sides are 3 and 4.");
    requirePositive("stride", stride, "Use 2 to halve or double an image.");
  }

  static void requirePositive(String name, int value, String advice) {
    Settings.require(value >= 1, name, value, "a whole number >= 1", advice);
  }
}
