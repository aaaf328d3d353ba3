package org.betavae.infer;

import java.util.Objects;

/**
 * What to score images by. Start from {@link #of} and change what differs with {@code withX}.
 *
 * <p>The noise of an image's samples follows from the seed and the image's own values: its score is
 * the same alone, in any batch, at any place in it.
 *
 * @param score what the number says
 * @param samples latents drawn for each image; 0 takes the mean of q(z|x), which only {@link
 *     Score#RECONSTRUCTION} allows; {@link Score#LATENT_DISTANCE} draws none
 * @param seed of the samples
 */
public record ScoreOptions(Score score, int samples, long seed) {
  private static final int ELBO_SAMPLES = 8;
  private static final int IWAE_SAMPLES = 50;
  private static final int MAX_SAMPLES = 100_000;

  /**
   * Checks the values.
   *
   * @throws IllegalArgumentException if the number of samples is out of range for the score
   */
  public ScoreOptions {
    Objects.requireNonNull(score, "score is null, expected one of Score's constants");
    boolean sampled = score == Score.NEGATIVE_ELBO || score == Score.NEGATIVE_IWAE;
    int fewest = sampled ? 1 : 0;
    int most = score == Score.LATENT_DISTANCE ? 0 : MAX_SAMPLES;
    if (samples < fewest || samples > most) {
      throw new IllegalArgumentException(
          "samples is "
              + samples
              + ", expected "
              + (most == 0 ? "0" : fewest + " to " + most)
              + " for "
              + words(score)
              + ". Use "
              + defaultSamples(score)
              + " if in doubt.");
    }
  }

  /**
   * The usual settings: 8 samples for the negative ELBO, 50 for the importance weighted bound, the
   * reconstruction at the mean; seed 0.
   */
  public static ScoreOptions of(Score score) {
    return new ScoreOptions(score, score == null ? 0 : defaultSamples(score), 0);
  }

  /** These options with another number of samples for each image. */
  public ScoreOptions withSamples(int newSamples) {
    return new ScoreOptions(score, newSamples, seed);
  }

  /** These options with another seed. */
  public ScoreOptions withSeed(long newSeed) {
    return new ScoreOptions(score, samples, newSeed);
  }

  private static String words(Score score) {
    return switch (score) {
      case NEGATIVE_ELBO -> "the negative ELBO";
      case NEGATIVE_IWAE -> "the importance weighted bound";
      case RECONSTRUCTION -> "the reconstruction";
      case LATENT_DISTANCE -> "the latent distance, which draws none";
    };
  }

  private static int defaultSamples(Score score) {
    return switch (score) {
      case NEGATIVE_ELBO -> ELBO_SAMPLES;
      case NEGATIVE_IWAE -> IWAE_SAMPLES;
      case RECONSTRUCTION, LATENT_DISTANCE -> 0;
    };
  }
}
