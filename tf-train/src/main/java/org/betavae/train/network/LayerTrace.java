package org.betavae.train.network;

import java.util.List;
import org.betavae.data.ItemShape;

/**
 * The shapes between the layers of a list, worked out without TensorFlow.
 *
 * @param text {@code latents 10, 1 dense 256, 2 relu 256}
 * @param last shape of what comes out
 */
record LayerTrace(String text, ItemShape last) {

  /**
   * Follows an input through all layers.
   *
   * @param list name of the list for errors, such as {@code encoder-layers}
   * @param source what the input is, such as {@code latents}
   * @throws IllegalArgumentException naming the first layer that cannot take its input, what it
   *     got, what it expected, and the shapes up to there
   */
  static LayerTrace of(String list, List<Layer> layers, String source, ItemShape in) {
    StringBuilder text = new StringBuilder(source).append(' ').append(in);
    ItemShape shape = in;
    for (int i = 0; i < layers.size(); i++) {
      Layer layer = layers.get(i);
      try {
        shape = layer.outputShape(shape);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            list + ' ' + (i + 1) + " (" + layer.kind() + "): " + e.getMessage() + by(text), e);
      }
      text.append(", ").append(i + 1).append(' ').append(layer.kind()).append(' ').append(shape);
    }
    return new LayerTrace(text.toString(), shape);
  }

  /** The whole way as a sentence to append to an error. */
  String sentence() {
    return by(text);
  }

  private static String by(CharSequence text) {
    return " Layer by layer: " + text + ".";
  }
}
