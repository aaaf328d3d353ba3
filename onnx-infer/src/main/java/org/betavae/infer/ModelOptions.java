package org.betavae.infer;

import java.util.Objects;
import java.util.Optional;

/**
 * How a model is opened. Start from {@link #defaults()} and change what differs with {@code withX}.
 *
 * <p>The five names are only needed for models made elsewhere whose inputs and outputs cannot be
 * told apart by shape and usual names; the error met then lists the names that the file has.
 *
 * @param threads processor threads that one model uses at most, over all callers together
 * @param provider where to compute
 * @param input the encoder's input
 * @param mean the encoder's output that holds the mean
 * @param logVar the encoder's output that holds the natural log of the variance
 * @param latent the decoder's input
 * @param output the decoder's output that holds the images
 */
public record ModelOptions(
    int threads,
    Provider provider,
    Optional<String> input,
    Optional<String> mean,
    Optional<String> logVar,
    Optional<String> latent,
    Optional<String> output) {

  /** No machine has more; a larger number is a slip. */
  private static final int MAX_THREADS = 1024;

  /**
   * Checks the values.
   *
   * @throws IllegalArgumentException if {@code threads} is not in 1..1024 or a name is blank
   */
  public ModelOptions {
    if (threads < 1 || threads > MAX_THREADS) {
      throw new IllegalArgumentException(
          "threads is "
              + threads
              + ", expected 1 to "
              + MAX_THREADS
              + ". Use the number of processor cores the model may take.");
    }
    Objects.requireNonNull(provider, "provider is null, expected CPU or CUDA");
    checkName("input", input);
    checkName("mean", mean);
    checkName("logVar", logVar);
    checkName("latent", latent);
    checkName("output", output);
  }

  /** All available processors, {@link Provider#CPU}, names found by shape and usual names. */
  public static ModelOptions defaults() {
    return new ModelOptions(
        Math.min(Runtime.getRuntime().availableProcessors(), MAX_THREADS),
        Provider.CPU,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /** These options with another number of threads. */
  public ModelOptions withThreads(int newThreads) {
    return new ModelOptions(newThreads, provider, input, mean, logVar, latent, output);
  }

  /** These options with another provider. */
  public ModelOptions withProvider(Provider newProvider) {
    return new ModelOptions(threads, newProvider, input, mean, logVar, latent, output);
  }

  /** These options with the name of the encoder's input. */
  public ModelOptions withInput(String name) {
    return new ModelOptions(threads, provider, Optional.of(name), mean, logVar, latent, output);
  }

  /** These options with the name of the encoder's output that holds the mean. */
  public ModelOptions withMean(String name) {
    return new ModelOptions(threads, provider, input, Optional.of(name), logVar, latent, output);
  }

  /** These options with the name of the encoder's output that holds the log-variance. */
  public ModelOptions withLogVar(String name) {
    return new ModelOptions(threads, provider, input, mean, Optional.of(name), latent, output);
  }

  /** These options with the name of the decoder's input. */
  public ModelOptions withLatent(String name) {
    return new ModelOptions(threads, provider, input, mean, logVar, Optional.of(name), output);
  }

  /** These options with the name of the decoder's output that holds the images. */
  public ModelOptions withOutput(String name) {
    return new ModelOptions(threads, provider, input, mean, logVar, latent, Optional.of(name));
  }

  private static void checkName(String option, Optional<String> name) {
    Objects.requireNonNull(name, option);
    if (name.isPresent() && name.get().isBlank()) {
      throw new IllegalArgumentException(
          option
              + " is blank, expected the name of an input or output of the file. Leave it out to"
              + " have it found by shape and usual names.");
    }
  }
}
