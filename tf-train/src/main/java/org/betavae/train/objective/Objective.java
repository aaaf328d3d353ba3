package org.betavae.train.objective;

import java.util.List;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** What training minimises, made from the terms of one batch. */
public sealed interface Objective permits BetaVae {
  /** Names for {@link #of}, in the order in which they are shown. */
  List<String> NAMES = List.of("beta-vae", "vae");

  /** Name as on the command line. */
  String name();

  /** The objective's own settings by name, as they are written into a model's facts. */
  Map<String, Double> settings();

  /**
   * The scalar to be minimised.
   *
   * @return nats per image
   */
  Operand<TFloat32> loss(Ops tf, Terms terms);

  /**
   * The objective of that name.
   *
   * @param beta weight of the KL term for {@code beta-vae}; {@code vae} has 1
   * @throws IllegalArgumentException if the name is unknown
   */
  static Objective of(String name, double beta) {
    return switch (name) {
      case "beta-vae" -> new BetaVae("beta-vae", beta);
      case "vae" -> new BetaVae("vae", 1);
      default ->
          throw new IllegalArgumentException(
              "Unknown objective: " + name + ", expected one of " + String.join(", ", NAMES) + ".");
    };
  }

  /**
   * The terms of one batch.
   *
   * @param mean posterior means μ, {@code [batch, latent]}
   * @param logVar log σ², {@code [batch, latent]}
   * @param z samples, {@code [batch, latent]}
   * @param reconstruction −log p(x | z), nats, mean over the batch, scalar
   * @param kl KL to the prior, nats, summed over latents, mean over the batch, scalar
   */
  record Terms(
      Operand<TFloat32> mean,
      Operand<TFloat32> logVar,
      Operand<TFloat32> z,
      Operand<TFloat32> reconstruction,
      Operand<TFloat32> kl) {}
}
