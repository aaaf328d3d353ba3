package org.betavae.train.network;

import java.util.LinkedHashMap;
import java.util.Map;
import org.betavae.data.ItemShape;
import org.betavae.train.Settings;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * {@code scale x + shift} with two fixed numbers, such as 2 and -1 for images in [0, 1] that are to
 * lie around zero.
 *
 * @param scale finite, not 0
 * @param shift finite
 */
public record Rescale(double scale, double shift) implements Layer {
  public Rescale {
    Settings.require(
        Float.isFinite((float) scale) && (float) scale != 0,
        "scale",
        scale,
        "a finite number other than 0",
        "Use 2 with shift -1 for images.");
    Settings.require(
        Float.isFinite((float) shift), "shift", shift, "a finite number", "Use -1 for images.");
  }

  @Override
  public String kind() {
    return "rescale";
  }

  @Override
  public Map<String, Object> settings() {
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("scale", scale);
    settings.put("shift", shift);
    return settings;
  }

  @Override
  public ItemShape outputShape(ItemShape in) {
    return in;
  }

  @Override
  public Operand<TFloat32> apply(Pass pass, String scope, Operand<TFloat32> x) {
    Ops tf = pass.tf();
    Operand<TFloat32> scaled = tf.math.mul(x, tf.constant((float) scale));
    return tf.math.add(scaled, tf.constant((float) shift));
  }
}
