package org.betavae.infer;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Consumer;

/**
 * How a model is opened. Start from {@link #defaults()} and change what differs with {@code withX}.
 *
 * <p>The five names, the likelihood and its scale are only needed for models made elsewhere: the
 * names where inputs and outputs cannot be told apart by shape and usual names (the error met then
 * lists the names that the file has), the others for {@link BetaVaeModel#score}.
 *
 * @param threads processor threads that one model uses at most, over all callers together
 * @param provider where to compute
 * @param input the encoder's input
 * @param mean the encoder's output that holds the mean
 * @param logVar the encoder's output that holds the natural log of the variance
 * @param latent the decoder's input
 * @param output the decoder's output that holds the images
 * @param likelihood {@code bernoulli}, {@code gaussian}, {@code laplace}, {@code
 *     discretised-logistic} or {@code beta-binomial}, in place of what the file says
 * @param likelihoodScale width of the likelihood that all values share, in place of what the file
 *     says: standard deviation of {@code gaussian}, scale of {@code laplace} and {@code
 *     discretised-logistic}; above 0
 * @param optimisation how far the graph is rewritten for speed
 * @param cache folder where optimised graphs are kept, so that the next opening is faster; it is
 *     made when it is missing. Empty for none
 */
public record ModelOptions(
    int threads,
    Provider provider,
    Optional<String> input,
    Optional<String> mean,
    Optional<String> logVar,
    Optional<String> latent,
    Optional<String> output,
    Optional<String> likelihood,
    OptionalDouble likelihoodScale,
    Optimisation optimisation,
    Optional<Path> cache) {

  /** No machine has more; a larger number is a slip. */
  private static final int MAX_THREADS = 1024;

  private static final ModelOptions DEFAULTS =
      new ModelOptions(
          Math.min(Runtime.getRuntime().availableProcessors(), MAX_THREADS),
          Provider.CPU,
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          OptionalDouble.empty(),
          Optimisation.ALL,
          Optional.empty());

  /**
   * Checks the values.
   *
   * @throws IllegalArgumentException if {@code threads} is not in 1..1024, a name is blank, or the
   *     scale is not above 0
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
    checkName("likelihood", likelihood);
    double scale = likelihoodScale.orElse(1);
    if (!(scale > 0 && scale < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "likelihoodScale is "
              + scale
              + ", expected a finite number > 0. Use what the model was trained with.");
    }
    Objects.requireNonNull(optimisation, "optimisation is null, expected one of the constants");
    Objects.requireNonNull(cache, "cache is null, expected Optional.empty() for none");
  }

  /**
   * All available processors, {@link Provider#CPU}, names found by shape and usual names, {@link
   * Optimisation#ALL}, no cache.
   */
  public static ModelOptions defaults() {
    return DEFAULTS;
  }

  /** These options with another number of threads. */
  public ModelOptions withThreads(int newThreads) {
    return changed(draft -> draft.threads = newThreads);
  }

  /** These options with another provider. */
  public ModelOptions withProvider(Provider newProvider) {
    return changed(draft -> draft.provider = newProvider);
  }

  /** These options with the name of the encoder's input. */
  public ModelOptions withInput(String name) {
    return changed(draft -> draft.input = Optional.of(name));
  }

  /** These options with the name of the encoder's output that holds the mean. */
  public ModelOptions withMean(String name) {
    return changed(draft -> draft.mean = Optional.of(name));
  }

  /** These options with the name of the encoder's output that holds the log-variance. */
  public ModelOptions withLogVar(String name) {
    return changed(draft -> draft.logVar = Optional.of(name));
  }

  /** These options with the name of the decoder's input. */
  public ModelOptions withLatent(String name) {
    return changed(draft -> draft.latent = Optional.of(name));
  }

  /** These options with the name of the decoder's output that holds the images. */
  public ModelOptions withOutput(String name) {
    return changed(draft -> draft.output = Optional.of(name));
  }

  /** These options with a likelihood, for scores. */
  public ModelOptions withLikelihood(String name) {
    return changed(draft -> draft.likelihood = Optional.of(name));
  }

  /** These options with a width of the likelihood that all values share, for scores. */
  public ModelOptions withLikelihoodScale(double scale) {
    return changed(draft -> draft.likelihoodScale = OptionalDouble.of(scale));
  }

  /** These options with another optimisation of the graph. */
  public ModelOptions withOptimisation(Optimisation level) {
    return changed(draft -> draft.optimisation = level);
  }

  /** These options with a folder where optimised graphs are kept. */
  public ModelOptions withCache(Path folder) {
    return changed(draft -> draft.cache = Optional.of(folder));
  }

  private ModelOptions changed(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return draft.options();
  }

  /** The same values, to be changed; checked when they become options again. */
  private static final class Draft {
    private int threads;
    private Provider provider;
    private Optional<String> input;
    private Optional<String> mean;
    private Optional<String> logVar;
    private Optional<String> latent;
    private Optional<String> output;
    private Optional<String> likelihood;
    private OptionalDouble likelihoodScale;
    private Optimisation optimisation;
    private Optional<Path> cache;

    Draft(ModelOptions from) {
      threads = from.threads;
      provider = from.provider;
      input = from.input;
      mean = from.mean;
      logVar = from.logVar;
      latent = from.latent;
      output = from.output;
      likelihood = from.likelihood;
      likelihoodScale = from.likelihoodScale;
      optimisation = from.optimisation;
      cache = from.cache;
    }

    ModelOptions options() {
      return new ModelOptions(
          threads,
          provider,
          input,
          mean,
          logVar,
          latent,
          output,
          likelihood,
          likelihoodScale,
          optimisation,
          cache);
    }
  }

  private static void checkName(String option, Optional<String> name) {
    Objects.requireNonNull(name, option);
    if (name.isPresent() && name.get().isBlank()) {
      throw new IllegalArgumentException(
          option + " is blank, expected a name. Leave it out to have it found in the file.");
    }
  }
}
