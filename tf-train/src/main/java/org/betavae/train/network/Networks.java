package org.betavae.train.network;

import java.util.ArrayList;
import java.util.List;
import org.betavae.data.ItemShape;

/** The networks known by name. */
public final class Networks {
  /** Names for {@link #of}, in the order in which they are shown. */
  public static final List<String> NAMES =
      List.of("conv64", "burgess64", "conv32", "mlp", "resnet");

  private static final String ADVICE =
      "Use conv64 or burgess64 for 64x64, conv32 for 28x28 and 32x32, resnet for 64x64 and 128x128,"
          + " mlp or a list of layers for any shape.";

  private Networks() {}

  /**
   * The network of that name for items of that shape.
   *
   * @param outputsPerValue numbers that the decoder gives for each value of an item, at least 1
   * @throws IllegalArgumentException if the name is unknown or the network cannot take the shape
   */
  public static LayerNetwork of(String name, ItemShape shape, int outputsPerValue) {
    return switch (name) {
      case "conv64" -> conv64(shape, outputsPerValue);
      case "burgess64" -> burgess64(shape, outputsPerValue);
      case "conv32" -> conv32(shape, outputsPerValue);
      case "mlp" -> mlp(shape, outputsPerValue);
      case "resnet" -> resnet(shape, outputsPerValue);
      default ->
          throw new IllegalArgumentException(
              "Unknown network: "
                  + name
                  + ", expected one of "
                  + String.join(", ", NAMES)
                  + ". "
                  + ADVICE);
    };
  }

  /**
   * disentanglement_lib's convolutional network for 64x64 images.
   *
   * <p>Source: Locatello et al. 2019, arXiv:1811.12359, table 1 (after Burgess et al. 2018), with
   * the kernel sizes of their code: 4, 4, 2, 2.
   */
  private static LayerNetwork conv64(ItemShape shape, int outputs) {
    requireImage("conv64", shape, shape.height() == 64 && shape.width() == 64, "64x64");
    Activation relu = Activation.RELU;
    return new LayerNetwork(
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
            new Reshape(4, 4, 64),
            new ConvTranspose2d(64, 4, 2),
            relu,
            new ConvTranspose2d(32, 4, 2),
            relu,
            new ConvTranspose2d(32, 4, 2),
            relu,
            new ConvTranspose2d(shape.channels() * outputs, 4, 2)));
  }

  /**
   * The first beta-VAE papers' network for 64x64 images: four convolutions of 32 channels and two
   * fully connected layers, and their mirror.
   *
   * <p>Source: Burgess et al. 2018, arXiv:1804.03599, appendix A.1.
   */
  private static LayerNetwork burgess64(ItemShape shape, int outputs) {
    requireImage("burgess64", shape, shape.height() == 64 && shape.width() == 64, "64x64");
    List<Layer> encoder = new ArrayList<>();
    List<Layer> decoder = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      encoder.addAll(List.of(new Conv2d(32, 4, 2), Activation.RELU));
    }
    encoder.add(new Flatten());
    for (int units : new int[] {256, 256}) {
      encoder.addAll(List.of(new Dense(units), Activation.RELU));
    }
    for (int units : new int[] {256, 256, 4 * 4 * 32}) {
      decoder.addAll(List.of(new Dense(units), Activation.RELU));
    }
    decoder.add(new Reshape(4, 4, 32));
    for (int i = 0; i < 3; i++) {
      decoder.addAll(List.of(new ConvTranspose2d(32, 4, 2), Activation.RELU));
    }
    decoder.add(new ConvTranspose2d(shape.channels() * outputs, 4, 2));
    return new LayerNetwork("burgess64", encoder, decoder);
  }

  /** Two strided convolutions and their mirror, for 28x28 and 32x32 images. */
  private static LayerNetwork conv32(ItemShape shape, int outputs) {
    boolean fits =
        shape.height() == shape.width() && (shape.height() == 28 || shape.height() == 32);
    requireImage("conv32", shape, fits, "28x28 or 32x32");
    Activation relu = Activation.RELU;
    int quarter = shape.height() / 4;
    return new LayerNetwork(
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
            new Reshape(quarter, quarter, 64),
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
  private static LayerNetwork mlp(ItemShape shape, int outputs) {
    List<Layer> decoder = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      decoder.add(new Dense(1200));
      decoder.add(Activation.TANH);
    }
    decoder.add(new Dense(shape.size() * outputs));
    if (shape.image()) {
      decoder.add(new Reshape(shape.height(), shape.width(), shape.channels() * outputs));
    }
    Activation relu = Activation.RELU;
    return new LayerNetwork(
        "mlp", List.of(new Flatten(), new Dense(1200), relu, new Dense(1200), relu), decoder);
  }

  private static LayerNetwork resnet(ItemShape shape, int outputs) {
    boolean fits =
        shape.height() == shape.width() && (shape.height() == 64 || shape.height() == 128);
    requireImage("resnet", shape, fits, "64x64 or 128x128");
    return ResNet.of(shape, outputs);
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
              + " with 1 or 3 channels. "
              + ADVICE);
    }
  }
}
