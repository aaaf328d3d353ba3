package org.betavae.train.network;

import java.util.List;
import java.util.Map;
import org.betavae.data.ItemShape;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;

/**
 * A residual block: {@code x + layers(x)}. Where the layers change the number of channels or divide
 * the size, {@code x} goes through a convolution of 1x1 with that stride.
 *
 * <p>Source: He et al. 2016, arXiv:1512.03385, equations 1 and 2, shortcut B.
 *
 * @param layers at least one
 */
public record Residual(List<Layer> layers) implements Layer {
  private static final String SHORTCUT = "/shortcut";

  public Residual {
    layers = List.copyOf(layers);
    if (layers.isEmpty()) {
      throw new IllegalArgumentException(
          "layers is [], expected at least one layer. Leave the block out.");
    }
  }

  @Override
  public String kind() {
    return "residual";
  }

  @Override
  public Map<String, Object> settings() {
    return Map.of("layers", layers.stream().map(Layer::entry).toList());
  }

  @Override
  public String scopeName() {
    return "residual";
  }

  @Override
  public ItemShape outputShape(ItemShape in) {
    ItemShape out = LayerTrace.of("layer", layers, "block's input", in).last();
    if (!out.equals(in)) {
      requireStride(in, out);
    }
    return out;
  }

  @Override
  public Operand<TFloat32> apply(Pass pass, String scope, Operand<TFloat32> x) {
    ItemShape in = Layer.itemOf(x);
    ItemShape out = outputShape(in);
    Operand<TFloat32> y = LayerNetwork.apply(pass, scope, layers, x);
    Operand<TFloat32> shortcut = x;
    if (!out.equals(in)) {
      int stride = requireStride(in, out);
      shortcut = new Conv2d(out.channels(), 1, stride).apply(pass, scope + SHORTCUT, x);
    }
    return pass.tf().math.add(shortcut, y);
  }

  private static int requireStride(ItemShape in, ItemShape out) {
    int stride = (in.height() + out.height() - 1) / out.height();
    boolean fits =
        in.image()
            && out.image()
            && Padding.SAME.after(in.height(), 1, stride) == out.height()
            && Padding.SAME.after(in.width(), 1, stride) == out.width();
    if (!fits) {
      throw new IllegalArgumentException(
          "got "
              + in
              + " and its layers give "
              + out
              + ", expected the same shape, or an image of other channels or a fraction of the"
              + " size. Put layers that enlarge or flatten outside of the block.");
    }
    return stride;
  }
}
