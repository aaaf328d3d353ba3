package org.betavae.train.network;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * An encoder and a decoder as lists of layers. The two linear heads for mean and log-variance
 * follow the encoder's last layer and are not in the list.
 *
 * @param name as on the command line, such as {@code conv64}
 * @param encoder from the item {@code [batch, h, w, c]} or {@code [batch, d]} to features {@code
 *     [batch, f]}
 * @param decoder from latents {@code [batch, l]} to the likelihood's parameters, shaped as the item
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
  public Posterior encode(Ops tf, Weights weights, Operand<TFloat32> x, int latentSize) {
    Operand<TFloat32> features = apply(tf, weights, "encoder", encoder, x);
    Dense head = new Dense(latentSize);
    return new Posterior(
        head.apply(tf, weights, "encoder/mean", features),
        head.apply(tf, weights, "encoder/log_var", features));
  }

  /** Adds the decoder to a graph; gives the likelihood's parameters (logits or means). */
  public Operand<TFloat32> decode(Ops tf, Weights weights, Operand<TFloat32> z) {
    return apply(tf, weights, "decoder", decoder, z);
  }

  private static Operand<TFloat32> apply(
      Ops tf, Weights weights, String prefix, List<Layer> layers, Operand<TFloat32> x) {
    Map<String, Integer> numbers = new HashMap<>();
    Operand<TFloat32> h = x;
    for (Layer layer : layers) {
      String word = layer.scopeName();
      String scope =
          word.isEmpty() ? prefix : prefix + "/" + word + numbers.merge(word, 1, Integer::sum);
      h = layer.apply(tf, weights, scope, h);
    }
    return h;
  }
}
