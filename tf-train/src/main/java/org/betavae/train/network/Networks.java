package org.betavae.train.network;

import java.util.ArrayList;
import java.util.List;
import org.betavae.data.ItemShape;

/** The networks known by name. */
public final class Networks {
  /** Names for {@link #of}, in the order in which they are shown. */
  public static final List<String> NAMES = List.of("conv64", "conv32", "mlp");

  private Networks() {}

  /**
   * The network of that name for items of that shape.
   *
   * @param outputsPerValue numbers that the decoder gives for each value of an item, at least 1
   * @throws IllegalArgumentException if the name is unknown or the network cannot take the shape
   */
  public static Network of(String name, ItemShape shape, int outputsPerValue) {
    return switch (name) {
      case "conv64" -> conv64(shape, outputsPerValue);
      case "conv32" -> conv32(shape, outputsPerValue);
      case "mlp" -> mlp(shape, outputsPerValue);
      default ->
          throw new IllegalArgumentException(
              "Unknown network: "
                  + name
                  + ", expected one of "
                  + String.join(", ", NAMES)
                  + ". Use conv64 for 64x64 images, conv32 for 28x28 and 32x32, mlp for any.");
    };
  }

  /**
   * disentanglement_lib's convolutional network for 64x64 images.
   *
   * <p>Source: Locatello et al. 2019, arXiv:1811.12359, table 1 (after Burgess et al. 2018), with
   * the kernel sizes of their code: 4, 4, 2, 2.
   */
  private static Network conv64(ItemShape shape, int outputs) {
    requireImage("conv64", shape, shape.height() == 64 && shape.width() == 64, "64x64");
    Activation relu = Activation.RELU;
    return new Network(
        "conv64",
        List.of(
            new Conv2d(32, 4, 2),
            relu,
            new Conv2d(32, 4, 2),
            relu,
            new Conv2d(64, 2, 2),
            relu,
            new Conv2d(64, 2, 2),
            relu,
            new Flatten(),
            new Dense(256),
            relu),
        List.of(
            new Dense(256),
            relu,
            new Dense(1024),
            relu,
            new Unflatten(4, 4, 64),
            new ConvTranspose2d(64, 4, 2),
            relu,
            new ConvTranspose2d(32, 4, 2),
            relu,
            new ConvTranspose2d(32, 4, 2),
            relu,
            new ConvTranspose2d(shape.channels() * outputs, 4, 2)));
  }

  /** Two strided convolutions and their mirror, for 28x28 and 32x32 images. */
  private static Network conv32(ItemShape shape, int outputs) {
    boolean fits =
        shape.height() == shape.width() && (shape.height() == 28 || shape.height() == 32);
    requireImage("conv32", shape, fits, "28x28 or 32x32");
    Activation relu = Activation.RELU;
    int quarter = shape.height() / 4;
    return new Network(
        "conv32",
        List.of(
            new Conv2d(32, 4, 2),
            relu,
            new Conv2d(64, 4, 2),
            relu,
            new Flatten(),
            new Dense(256),
            relu),
        List.of(
            new Dense(256),
            relu,
            new Dense(quarter * quarter * 64),
            relu,
            new Unflatten(quarter, quarter, 64),
            new ConvTranspose2d(32, 4, 2),
            relu,
            new ConvTranspose2d(shape.channels() * outputs, 4, 2)));
  }

  /**
   * Fully connected layers for images and vectors of any size.
   *
   * <p>Source: disentanglement_lib's {@code fc_encoder} and {@code fc_decoder}: 1200 units twice
   * with ReLU, then 1200 units three times with tanh.
   */
  private static Network mlp(ItemShape shape, int outputs) {
    List<Layer> decoder = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      decoder.add(new Dense(1200));
      decoder.add(Activation.TANH);
    }
    decoder.add(new Dense(shape.size() * outputs));
    if (shape.image()) {
      decoder.add(new Unflatten(shape.height(), shape.width(), shape.channels() * outputs));
    }
    Activation relu = Activation.RELU;
    return new Network(
        "mlp", List.of(new Flatten(), new Dense(1200), relu, new Dense(1200), relu), decoder);
  }

  private static void requireImage(String name, ItemShape shape, boolean fits, String expected) {
    boolean channels = shape.channels() == 1 || shape.channels() == 3;
    if (!shape.image() || !fits || !channels) {
      throw new IllegalArgumentException(
          "Network "
              + name
              + " got items of shape "
              + shape
              + ", expected images of "
              + expected
              + " with 1 or 3 channels. Use conv64 for 64x64, conv32 for 28x28 and 32x32, mlp for"
              + " any shape.");
    }
  }
}
