package org.betavae.train.network;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.betavae.data.ItemShape;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * One value for each window of an image and each channel: {@code [batch, h, w, c] -> [batch, h',
 * w', c]}, sizes as for {@link Conv2d}. The border does not count in an average.
 *
 * @param method the window's largest value or its mean
 * @param size side of the square window
 * @param stride step in both directions
 * @param padding what happens at the border
 */
public record Pool(Method method, int size, int stride, Padding padding) implements Layer {
  /** What becomes of a window. */
  public enum Method {
    /** Its largest value. */
    MAX,
    /** Its mean. */
    AVERAGE
  }

  public Pool {
    Conv2d.requirePositive("size", size, "The usual side is 2.");
    Conv2d.requirePositive("stride", stride, "Use 2 to halve an image.");
  }

  @Override
  public String kind() {
    return method.name().toLowerCase(Locale.ROOT) + "-pool";
  }

  @Override
  public Map<String, Object> settings() {
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("size", size);
    settings.put("stride", stride);
    settings.put("padding", padding.setting());
    return settings;
  }

  @Override
  public ItemShape outputShape(ItemShape in) {
    Layer.requireImage(in);
    return Layer.image(
        padding.after(in.height(), size, stride),
        padding.after(in.width(), size, stride),
        in.channels());
  }

  @Override
  public Operand<TFloat32> apply(Pass pass, String scope, Operand<TFloat32> x) {
    Ops tf = pass.tf();
    outputShape(Layer.itemOf(x));
    return switch (method) {
      case MAX ->
          tf.nn.maxPool(
              x,
              tf.constant(new int[] {1, size, size, 1}),
              tf.constant(new int[] {1, stride, stride, 1}),
              padding.name());
      case AVERAGE -> tf.nn.avgPool(x, Layer.strides(size), Layer.strides(stride), padding.name());
    };
  }
}
