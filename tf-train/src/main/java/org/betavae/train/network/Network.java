package org.betavae.train.network;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;

/**
 * An encoder and a decoder as lists of layers. The two linear heads for mean and log-variance
 * follow the encoder's last layer and are not in the list.
 *
 * @param name as on the command line, such as {@code conv64}
 * @param encoder from the item {@code [batch, h, w, c]} or {@code [batch, d]} to features {@code
 *     [batch, f]}
 * @param decoder from latents {@code [batch, l]} to the likelihood's parameters, shaped as the item
 *     but for its last dimension, which is as many times larger as the likelihood needs
 */
public record Network(String name, List<Layer> encoder, List<Layer> decoder) {
  public Network {
    encoder = List.copyOf(encoder);
    decoder = List.copyOf(decoder);
  }

  /**
   * Mean and log-variance of the approximate posterior.
   *
   * @param mean μ, {@code [batch, latent]}
   * @param logVar log σ², same shape
   */
  public record Posterior(Operand<TFloat32> mean, Operand<TFloat32> logVar) {}

  /**
   * Adds the encoder to a graph.
   *
   * @param latentSize number of latents
   */
  public Posterior encode(Pass pass, Operand<TFloat32> x, int latentSize) {
    Operand<TFloat32> features = apply(pass, "encoder", encoder, x);
    Dense head = new Dense(latentSize);
    return new Posterior(
        head.apply(pass, "encoder/mean", features), head.apply(pass, "encoder/log_var", features));
  }

  /** Adds the decoder to a graph; gives the likelihood's parameters (logits or means). */
  public Operand<TFloat32> decode(Pass pass, Operand<TFloat32> z) {
    return apply(pass, "decoder", decoder, z);
  }

  private static Operand<TFloat32> apply(
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
