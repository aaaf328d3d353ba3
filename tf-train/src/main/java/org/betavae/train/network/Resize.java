package org.betavae.train.network;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.betavae.data.ItemShape;
import org.betavae.train.Settings;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.image.ResizeBilinear;
import org.tensorflow.op.image.ResizeNearestNeighbor;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * An image in another size, pixel centres at halves: {@code [batch, h, w, c] -> [batch, h', w',
 * c]}. With a convolution behind it, an upsampling without the checkerboards of transposed
 * convolutions (Odena et al. 2016, doi:10.23915/distill.00003).
 *
 * @param factor by which height and width grow; 0 where they are given
 * @param height rows; 0 where a factor is given
 * @param width columns; 0 where a factor is given
 * @param method how values between pixels are found
 */
public record Resize(int factor, int height, int width, Method method) implements Layer {
  /** How values between pixels are found. */
  public enum Method {
    /** The nearest pixel's. */
    NEAREST,
    /** Along straight lines between the four pixels around. */
    BILINEAR
  }

  public Resize {
    boolean sized = height >= 1 && width >= 1;
    Settings.require(
        factor >= 1 ? height == 0 && width == 0 : factor == 0 && sized,
        "size",
        "factor " + factor + ", height " + height + ", width " + width,
        "a factor >= 1, or height and width >= 1 instead",
        "Use factor 2 to double an image.");
  }

  /** So many times larger. */
  public static Resize by(int factor, Method method) {
    return new Resize(factor, 0, 0, method);
  }

  /** To that size. */
  public static Resize to(int height, int width, Method method) {
    return new Resize(0, height, width, method);
  }

  @Override
  public String kind() {
    return "resize";
  }

  @Override
  public Map<String, Object> settings() {
    Map<String, Object> settings = new LinkedHashMap<>();
    if (factor > 0) {
      settings.put("factor", factor);
    } else {
      settings.put("size", List.of(height, width));
    }
    settings.put("method", method.name().toLowerCase(Locale.ROOT));
    return settings;
  }

  @Override
  public ItemShape outputShape(ItemShape in) {
    Layer.requireImage(in);
    return factor > 0
        ? Layer.image((long) in.height() * factor, (long) in.width() * factor, in.channels())
        : Layer.image(height, width, in.channels());
  }

  @Override
  public Operand<TFloat32> apply(Pass pass, String scope, Operand<TFloat32> x) {
    Ops tf = pass.tf();
    ItemShape out = outputShape(Layer.itemOf(x));
    Operand<TInt32> size = tf.constant(new int[] {out.height(), out.width()});
    return switch (method) {
      case NEAREST ->
          tf.image.resizeNearestNeighbor(x, size, ResizeNearestNeighbor.halfPixelCenters(true));
      case BILINEAR -> tf.image.resizeBilinear(x, size, ResizeBilinear.halfPixelCenters(true));
    };
  }
}
