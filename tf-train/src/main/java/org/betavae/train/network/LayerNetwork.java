package org.betavae.train.network;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.betavae.data.ItemShape;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;

/**
 * A network as two lists of layers. The two linear heads for mean and log-variance follow the
 * encoder's last layer and are not in the list.
 *
 * @param name as on the command line, such as {@code conv64}
 * @param encoder from the item {@code [batch, h, w, c]} or {@code [batch, d]} to features {@code
 *     [batch, f]}
 * @param decoder from latents {@code [batch, l]} to the likelihood's parameters, shaped as the item
 *     but for its last dimension, which is as many times larger as the likelihood needs
 * @param firstLogVar log σ² of the posterior about which training begins: the first bias of that
 *     head
 */
public record LayerNetwork(
    String name, List<Layer> encoder, List<Layer> decoder, double firstLogVar) implements Network {
  private static final String ENCODER = "encoder-layers";
  private static final String DECODER = "decoder-layers";

  public LayerNetwork {
    encoder = List.copyOf(encoder);
    decoder = List.copyOf(decoder);
  }

  /** Begins with a log-variance about 0. */
  public LayerNetwork(String name, List<Layer> encoder, List<Layer> decoder) {
    this(name, encoder, decoder, 0);
  }

  /**
   * Checks all shapes without TensorFlow.
   *
   * @param item shape of an item
   * @param latentSize number of latents
   * @param outputsPerValue numbers that the likelihood needs for each value of an item
   * @throws IllegalArgumentException if a layer cannot take what the one before gives, or the
   *     decoder does not give what the likelihood needs; with both shapes, layer by layer
   */
  public void requireFits(ItemShape item, int latentSize, int outputsPerValue) {
    LayerTrace features = LayerTrace.of(ENCODER, encoder, "items", item);
    if (features.last().image()) {
      throw new IllegalArgumentException(
          ENCODER
              + " end with an image of "
              + features.last()
              + ", expected a vector for the heads of mean and log-variance. Add flatten as the"
              + " last layer."
              + features.sentence());
    }
    LayerTrace output = LayerTrace.of(DECODER, decoder, "latents", ItemShape.vector(latentSize));
    ItemShape wanted =
        item.image()
            ? Layer.image(item.height(), item.width(), (long) item.channels() * outputsPerValue)
            : Layer.vector((long) item.size() * outputsPerValue);
    if (!output.last().equals(wanted)) {
      throw new IllegalArgumentException(
          DECODER
              + " end with "
              + described(output.last())
              + ", expected "
              + described(wanted)
              + " (items are "
              + item
              + ", and the likelihood needs "
              + outputsPerValue
              + (outputsPerValue == 1 ? " number" : " numbers")
              + " for each value). "
              + advice(output.last(), wanted)
              + output.sentence());
    }
  }

  private static String described(ItemShape shape) {
    return (shape.image() ? "an image of " : "a vector of ") + shape;
  }

  private static String advice(ItemShape got, ItemShape wanted) {
    if (got.size() == wanted.size()) {
      return "Add {reshape: " + Reshape.dims(wanted) + "} as the last layer.";
    }
    if (!wanted.image()) {
      return "End with {dense: " + wanted.size() + "}.";
    }
    boolean sides = got.height() == wanted.height() && got.width() == wanted.width();
    if (got.image() && sides) {
      return "Give the last convolution filters: " + wanted.channels() + ".";
    }
    return "Change reshape, strides or resize so that height and width come to "
        + wanted.height()
        + "x"
        + wanted.width()
        + ".";
  }

  @Override
  public boolean hasBatchNorm() {
    return hasBatchNorm(encoder) || hasBatchNorm(decoder);
  }

  private static boolean hasBatchNorm(List<Layer> layers) {
    return layers.stream()
        .anyMatch(
            layer ->
                layer instanceof BatchNorm
                    || (layer instanceof Residual block && hasBatchNorm(block.layers())));
  }

  @Override
  public Posterior encode(Pass pass, Operand<TFloat32> x, int latentSize) {
    Operand<TFloat32> features = apply(pass, "encoder", encoder, x);
    Dense head = new Dense(latentSize);
    return new Posterior(
        head.apply(pass, "encoder/mean", features),
        head.apply(pass, "encoder/log_var", features, Initializer.constant(firstLogVar)));
  }

  @Override
  public Operand<TFloat32> decode(Pass pass, Operand<TFloat32> z) {
    return apply(pass, "decoder", decoder, z);
  }

  /** Adds layers one after the other; those of a kind are numbered from 1 in variables' names. */
  static Operand<TFloat32> apply(
      Pass pass, String prefix, List<Layer> layers, Operand<TFloat32> x) {
    Map<String, Integer> numbers = new HashMap<>();
    Operand<TFloat32> h = x;
    for (Layer layer : layers) {
      String word = layer.scopeName();
      String scope =
          word.isEmpty() ? prefix : prefix + "/" + word + numbers.merge(word, 1, Integer::sum);
      h = layer.apply(pass, scope, h);
    }
    return h;
  }
}
