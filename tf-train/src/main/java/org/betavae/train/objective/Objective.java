package org.betavae.train.objective;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.betavae.train.network.Pass;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;

/** What training minimises, made from the terms of one batch. */
public sealed interface Objective
    permits AnnealedVae, BetaTcVae, BetaVae, DipVae, FactorVae, InfoVae, Iwae {
  /** Names for {@code --objective}, in the order in which they are shown. */
  List<String> NAMES =
      List.of(
          "beta-vae",
          "vae",
          AnnealedVae.NAME,
          FactorVae.NAME,
          DipVae.NAME_I,
          DipVae.NAME_II,
          BetaTcVae.NAME,
          InfoVae.NAME,
          Iwae.NAME);

  /**
   * Weights whose name begins so belong to an adversary: they follow {@link Loss#adversary} with an
   * optimiser of their own, and no model is exported with them.
   */
  String ADVERSARY = "discriminator/";

  /** Name as on the command line. */
  String name();

  /** The objective's own settings by name, as they are written into a model's facts. */
  Map<String, Object> settings();

  /** Names of the numbers that change from step to step, such as β under a schedule. */
  default List<String> controls() {
    return List.of();
  }

  /**
   * The controls at a step.
   *
   * @param step number of the step, from 1
   * @param target one value for each of {@link #controls}
   */
  default void controlsAt(long step, float[] target) {}

  /** Random numbers that {@link #loss} wants. */
  default List<Draw> draws() {
    return List.of();
  }

  /** Samples of z for each item; with more than one, {@link Terms#z} is the first. */
  default int importanceSamples() {
    return 1;
  }

  /** Whether it has a meaning under the prior N(0, I) alone. */
  default boolean needsStandardNormalPrior() {
    return false;
  }

  /** Whether the loss of a batch is more than the mean of its items' own. */
  default boolean dependsOnBatch() {
    return false;
  }

  /** Adds the loss to a graph. */
  Loss loss(Pass pass, Terms terms);

  /**
   * The terms of one batch.
   *
   * @param mean posterior means μ, {@code [batch, latent]}
   * @param logVar log σ², {@code [batch, latent]}
   * @param z samples, {@code [batch, latent]}
   * @param reconstruction −log p(x | z), nats, mean over the batch, scalar
   * @param kl KL to the prior, nats, summed over latents, mean over the batch, scalar
   * @param controls one scalar for each of {@link Objective#controls}
   * @param draws one {@code [batch, latent]} for each of {@link Objective#draws}
   * @param datasetSize number of items that are trained on
   * @param itemSize number of values of an item
   * @param negativeBound the importance weighted bound on −log p(x), nats, mean over the batch,
   *     scalar; absent where only formulas without it are worked out
   */
  record Terms(
      Operand<TFloat32> mean,
      Operand<TFloat32> logVar,
      Operand<TFloat32> z,
      Operand<TFloat32> reconstruction,
      Operand<TFloat32> kl,
      List<Operand<TFloat32>> controls,
      List<Operand<TFloat32>> draws,
      long datasetSize,
      long itemSize,
      Optional<Operand<TFloat32>> negativeBound) {

    /** Terms without an importance weighted bound. */
    public Terms(
        Operand<TFloat32> mean,
        Operand<TFloat32> logVar,
        Operand<TFloat32> z,
        Operand<TFloat32> reconstruction,
        Operand<TFloat32> kl,
        List<Operand<TFloat32>> controls,
        List<Operand<TFloat32>> draws,
        long datasetSize,
        long itemSize) {
      this(
          mean,
          logVar,
          z,
          reconstruction,
          kl,
          controls,
          draws,
          datasetSize,
          itemSize,
          Optional.empty());
    }

    public Terms {
      controls = List.copyOf(controls);
      draws = List.copyOf(draws);
    }
  }

  /**
   * What comes of one batch.
   *
   * @param total what the model's weights minimise, nats per image, scalar
   * @param parts further terms by name, scalars, for the history; in the order in which they are
   *     shown
   * @param adversary what the adversary's weights minimise, scalar
   */
  record Loss(
      Operand<TFloat32> total,
      Map<String, Operand<TFloat32>> parts,
      Optional<Operand<TFloat32>> adversary) {

    /** A loss without further terms. */
    public static Loss of(Operand<TFloat32> total) {
      return new Loss(total, Map.of(), Optional.empty());
    }
  }
}
