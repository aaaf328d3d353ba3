package org.betavae.train.network;

import java.util.ArrayList;
import java.util.List;
import org.betavae.data.ItemShape;

/**
 * A residual network for square images of 64, 128 and other powers of two.
 *
 * <p>The encoder halves the image down to 4x4 by strided convolutions, each followed by a residual
 * block; an image of side s has 1024 / s channels, so that every stage costs the same. The decoder
 * is its mirror and doubles the image by nearest resize and a convolution, which leaves no
 * checkerboards as transposed convolutions do (Odena et al. 2016, doi:10.23915/distill.00003).
 *
 * <p>Blocks are pre-activated (He et al. 2016, arXiv:1603.05027, figure 4e without batch norm).
 * There is no batch norm: encoder and decoder would see other statistics while they train than
 * afterwards, and the values would depend on the batch and on its towers. In its place the last
 * convolution of a block starts at zero and the others as He et al. 2015, so that a block starts as
 * the identity (Zhang et al. 2019, Fixup, arXiv:1901.09321, rule 1).
 *
 * <p>What latents tell of a picture must be heard above their noise from the first step on: with a
 * narrow likelihood noise costs so much that the decoder otherwise learns to ignore the latents
 * before the encoder has learnt to speak, and the posterior collapses. So pixels are brought around
 * zero, since what all pictures share grows with every ReLU; the posterior begins narrow; and the
 * decoder's last convolution starts at zero, so that it begins with one picture for all latents.
 */
final class ResNet {
  private static final int SMALLEST_SIDE = 4;
  private static final int VALUES_PER_ROW = 1024;
  private static final int UNITS = 256;

  /**
   * A standard deviation of 0.14, where the means of different pictures differ by 0.3 to 0.4; it
   * costs 1.5 nats a latent at first.
   */
  private static final double FIRST_LOG_VAR = -4;

  private ResNet() {}

  /** The network for images of that shape. */
  static LayerNetwork of(ItemShape shape, int outputs) {
    return new LayerNetwork(
        "resnet", encoder(shape.height()), decoder(shape, outputs), FIRST_LOG_VAR);
  }

  private static List<Layer> encoder(int side) {
    List<Layer> layers = new ArrayList<>();
    layers.add(new Rescale(2, -1));
    for (int s = side / 2; s >= SMALLEST_SIDE; s /= 2) {
      layers.add(conv(channels(s), 4, 2));
      layers.add(block(channels(s)));
      layers.add(Activation.RELU);
    }
    layers.add(new Flatten());
    layers.add(new Dense(UNITS, KernelInit.HE));
    layers.add(Activation.RELU);
    return layers;
  }

  private static List<Layer> decoder(ItemShape shape, int outputs) {
    int first = channels(SMALLEST_SIDE);
    List<Layer> layers = new ArrayList<>();
    layers.add(new Dense(UNITS, KernelInit.HE));
    layers.add(Activation.RELU);
    layers.add(new Dense(SMALLEST_SIDE * SMALLEST_SIDE * first, KernelInit.HE));
    layers.add(new Reshape(SMALLEST_SIDE, SMALLEST_SIDE, first));
    layers.add(block(first));
    layers.add(Activation.RELU);
    for (int s = 2 * SMALLEST_SIDE; s < shape.height(); s *= 2) {
      layers.add(Resize.by(2, Resize.Method.NEAREST));
      layers.add(conv(channels(s), 3, 1));
      layers.add(block(channels(s)));
      layers.add(Activation.RELU);
    }
    layers.add(Resize.by(2, Resize.Method.NEAREST));
    layers.add(conv(channels(shape.height()), 3, 1));
    layers.add(Activation.RELU);
    layers.add(zeroConv(shape.channels() * outputs));
    return layers;
  }

  private static int channels(int side) {
    return VALUES_PER_ROW / side;
  }

  private static Residual block(int channels) {
    return new Residual(
        List.of(Activation.RELU, conv(channels, 3, 1), Activation.RELU, zeroConv(channels)));
  }

  private static Conv2d zeroConv(int filters) {
    return new Conv2d(filters, 3, 1, Padding.SAME, KernelInit.ZEROS);
  }

  private static Conv2d conv(int filters, int kernel, int stride) {
    return new Conv2d(filters, kernel, stride, Padding.SAME, KernelInit.HE);
  }
}
