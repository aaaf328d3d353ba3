package org.betavae.infer;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Finds out how p(x | z) is computed from a decoder's outputs: by the likelihood that the options
 * or the file name, and the outputs that it needs, which {@code export} names {@code logits},
 * {@code location}, {@code log_scale}, {@code log_alpha} and {@code log_beta}.
 */
final class LikelihoodFinder {
  private static final String AGAIN =
      "Export the model again with this version of betavae, or train it on if that does not help.";

  private final String likelihood;
  private final OptionalDouble scale;
  private final TensorSpec images;
  private final boolean imagesAreLogits;
  private final List<TensorSpec> outputs;

  private LikelihoodFinder(
      String likelihood,
      OptionalDouble scale,
      TensorSpec images,
      boolean imagesAreLogits,
      List<TensorSpec> outputs) {
    this.likelihood = likelihood;
    this.scale = scale;
    this.images = images;
    this.imagesAreLogits = imagesAreLogits;
    this.outputs = outputs;
  }

  /**
   * A likelihood with the outputs that it takes, or why there is none.
   *
   * @param sigmoid whether the first output has to go through 1/(1 + exp(−x)) before
   * @param problem empty if there is one; what is missing and what to do
   */
  record Found(
      ItemLikelihood likelihood,
      List<TensorSpec> outputs,
      boolean sigmoid,
      Optional<String> problem) {
    private static Found of(ItemLikelihood likelihood, TensorSpec... outputs) {
      return new Found(likelihood, List.of(outputs), false, Optional.empty());
    }

    /** Whether it is one of values in [0,1] only. */
    boolean unitInterval() {
      return !(likelihood instanceof WidthLikelihood w)
          || w.kind() == WidthLikelihood.Kind.DISCRETISED_LOGISTIC;
    }

    private static Found problem(String problem) {
      return new Found(null, List.of(), false, Optional.of(problem));
    }
  }

  /**
   * Looks for a likelihood.
   *
   * @param likelihood as options or file name it
   * @param scale the width that all values share, if options or file give one
   * @param images the output that was chosen for the images
   * @param imagesAreLogits whether the images' mean is the sigmoid of that output
   * @param outputs all outputs with their true sizes
   */
  static Found find(
      Optional<String> likelihood,
      OptionalDouble scale,
      TensorSpec images,
      boolean imagesAreLogits,
      List<TensorSpec> outputs) {
    if (likelihood.isEmpty()) {
      return Found.problem(
          "it does not say its likelihood (betavae.likelihood), expected one to compute p(x|z) by."
              + " Name it with withLikelihood, on the command line --likelihood.");
    }
    List<TensorSpec> shaped =
        TensorSpec.where(outputs, o -> o.isFloat() && o.dims().equals(images.dims()));
    return new LikelihoodFinder(
            likelihood.get().toLowerCase(Locale.ROOT), scale, images, imagesAreLogits, shaped)
        .find();
  }

  private Found find() {
    return switch (likelihood) {
      case "bernoulli" -> bernoulli();
      case "gaussian" -> withWidth(WidthLikelihood.Kind.GAUSSIAN, images);
      case "laplace" -> withWidth(WidthLikelihood.Kind.LAPLACE, images);
      case "discretised-logistic" ->
          output("location")
              .map(location -> withWidth(WidthLikelihood.Kind.DISCRETISED_LOGISTIC, location))
              .orElseGet(() -> missing("location", "the middle of each value"));
      case "beta-binomial" -> betaBinomial();
      default ->
          Found.problem(
              "its likelihood is "
                  + likelihood
                  + ", expected bernoulli, gaussian, laplace, discretised-logistic or"
                  + " beta-binomial. Score it by its latents only.");
    };
  }

  private Found bernoulli() {
    if (imagesAreLogits) {
      return Found.of(BernoulliLikelihood::fromLogits, images);
    }
    List<TensorSpec> logits = TensorSpec.where(outputs, output -> Roles.isLogits(output.name()));
    return logits.size() == 1
        ? Found.of(BernoulliLikelihood::fromLogits, logits.get(0))
        : Found.of(BernoulliLikelihood::fromMeans, images);
  }

  private Found withWidth(WidthLikelihood.Kind kind, TensorSpec location) {
    Optional<TensorSpec> logScale = output("log_scale");
    if (logScale.isPresent()) {
      return located(
          new WidthLikelihood(kind, OptionalDouble.empty()), List.of(location, logScale.get()));
    }
    if (scale.isEmpty()) {
      return Found.problem(
          "it does not say the width of its likelihood "
              + likelihood
              + " (output log_scale or betavae.likelihood_scale), expected one. Give it with"
              + " withLikelihoodScale, on the command line --likelihood-scale. "
              + AGAIN);
    }
    return located(new WidthLikelihood(kind, scale), List.of(location));
  }

  private Found located(ItemLikelihood found, List<TensorSpec> taken) {
    return new Found(
        found, taken, imagesAreLogits && taken.get(0).equals(images), Optional.empty());
  }

  private Found betaBinomial() {
    List<TensorSpec> parameters = new ArrayList<>();
    for (String name : List.of("log_alpha", "log_beta")) {
      Optional<TensorSpec> parameter = output(name);
      if (parameter.isEmpty()) {
        return missing(name, "a parameter of each value");
      }
      parameters.add(parameter.get());
    }
    return new Found(
        new BetaBinomialLikelihood(BetaBinomialLikelihood.EIGHT_BIT),
        parameters,
        false,
        Optional.empty());
  }

  private Found missing(String name, String what) {
    return Found.problem(
        "its decoder has no output "
            + name
            + ", expected "
            + what
            + " for its likelihood "
            + likelihood
            + ". "
            + AGAIN);
  }

  private Optional<TensorSpec> output(String name) {
    List<TensorSpec> named = TensorSpec.where(outputs, output -> output.name().equals(name));
    return named.isEmpty() ? Optional.empty() : Optional.of(named.get(0));
  }
}
