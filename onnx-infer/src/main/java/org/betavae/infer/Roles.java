package org.betavae.infer;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Finds which input and output of a file plays which role: as named by options, or by shape and the
 * names that are usual for it.
 *
 * <p>Names are compared without case, signs, folders before a slash and a number behind a colon:
 * {@code encoder/z_mean:0} is {@code zmean}.
 */
final class Roles {
  private static final Pattern NOT_ALNUM = Pattern.compile("[^a-z0-9]");
  private static final Pattern MEAN = Pattern.compile(".*mean|.*mu|z?loc");
  private static final Pattern LOG_VAR =
      Pattern.compile(".*log(var|variance|sigma2|sigmasq|sigmasquared)");

  /** What stands beside mean and log-variance in some encoders, and is neither. */
  private static final Pattern NEITHER =
      Pattern.compile(".*(std|stddev|sigma|var|variance|scale)|z|.*(sample|samples|code|label)");

  private static final Pattern LOGITS = Pattern.compile(".*logits?");
  private static final Pattern IMAGES =
      Pattern.compile(
          "x|xhat|xmean|mean|x?recon.*|decoded|generated|.*images?|"
              + "prob(s|abilities)?|outputs?|output0");

  private Roles() {}

  /** The two outputs of an encoder. */
  record Latents(TensorSpec mean, TensorSpec logVar) {}

  /**
   * The only input of a file.
   *
   * @param option the name of the option that may name it, for messages
   */
  static TensorSpec input(
      Path file, List<TensorSpec> inputs, Optional<String> named, String option) {
    named.ifPresent(name -> byName(file, inputs, name, option, "input"));
    if (inputs.size() != 1) {
      throw new ModelException(
          file,
          "it has "
              + inputs.size()
              + " inputs ("
              + TensorSpec.list(inputs)
              + "), expected one. Export the part of the model that starts at one input.");
    }
    TensorSpec input = inputs.get(0);
    if (!input.isFloat() || input.dims().size() < 2) {
      throw new ModelException(
          file,
          "its input is "
              + input
              + ", expected FLOAT (32 bits) of a shape that starts with the batch. Export the"
              + " model with such an input.");
    }
    return input;
  }

  /**
   * The mean and the log-variance among an encoder's outputs.
   *
   * @param input with its true sizes
   * @param outputs with their true sizes for a batch of {@code batch}
   */
  static Latents latents(
      Path file, TensorSpec input, List<TensorSpec> outputs, int batch, ModelOptions options) {
    List<TensorSpec> candidates = TensorSpec.where(outputs, o -> isBatch(o, batch) && isFlat(o));
    Optional<TensorSpec> namedMean =
        options.mean().map(name -> byName(file, outputs, name, "mean", "output"));
    Optional<TensorSpec> namedLogVar =
        options.logVar().map(name -> byName(file, outputs, name, "log-var", "output"));
    Optional<TensorSpec> mean = namedMean.or(() -> unique(candidates, "mean", MEAN, namedLogVar));
    Optional<TensorSpec> logVar = namedLogVar.or(() -> unique(candidates, "logvar", LOG_VAR, mean));
    Optional<TensorSpec> finalMean = mean.or(() -> theOther(candidates, logVar));
    Optional<TensorSpec> finalLogVar = logVar.or(() -> theOther(candidates, mean));
    if (finalMean.isEmpty() || finalLogVar.isEmpty()) {
      if (outputs.stream().allMatch(o -> o.itemSize() > input.itemSize())) {
        throw new ModelException(
            file,
            "its outputs ("
                + TensorSpec.list(outputs)
                + ") have more values than its input "
                + input
                + ", as a decoder's have, expected an encoder, which makes mean and log-variance"
                + " [N, L] of images. Give the encoder's file, or both files in the order encoder,"
                + " decoder; if it is one, name its outputs with withMean and withLogVar, on the"
                + " command line --mean and --log-var.");
      }
      throw new ModelException(
          file,
          "mean and log-variance cannot be told apart among its outputs ("
              + TensorSpec.list(outputs)
              + "), expected two of shape [N, L]. Name them with withMean and withLogVar, on the"
              + " command line --mean and --log-var.");
    }
    return checked(file, finalMean.get(), finalLogVar.get(), batch);
  }

  /**
   * The images among a decoder's outputs; a mean is preferred to logits.
   *
   * @param outputs with their true sizes for a batch of {@code batch}
   * @param imageSize values of one image as the encoder has it, if known
   */
  static TensorSpec images(
      Path file,
      List<TensorSpec> outputs,
      int batch,
      ModelOptions options,
      Optional<Integer> imageSize) {
    if (options.output().isPresent()) {
      TensorSpec named = byName(file, outputs, options.output().get(), "output", "output");
      if (!isBatch(named, batch)) {
        throw new ModelException(
            file, "its output is " + named + ", expected FLOAT of shape [N, C, H, W] or [N, D].");
      }
      return named;
    }
    List<TensorSpec> candidates =
        TensorSpec.where(
            outputs,
            o ->
                isBatch(o, batch)
                    && o.dims().size() <= 4
                    && (imageSize.isEmpty() || imageSize.get() == o.itemSize()));
    if (candidates.isEmpty() && imageSize.isPresent()) {
      return images(file, outputs, batch, options, Optional.empty());
    }
    List<TensorSpec> means = TensorSpec.where(candidates, o -> !isLogits(o.name()));
    return only(candidates)
        .or(() -> only(means))
        .or(() -> unique(candidates, "x", IMAGES, Optional.empty()))
        .orElseThrow(
            () ->
                new ModelException(
                    file,
                    "its images cannot be told among its outputs ("
                        + TensorSpec.list(outputs)
                        + "), expected one of shape [N, C, H, W] or [N, D]. Name it with"
                        + " withOutput, on the command line --output."));
  }

  /**
   * Refuses a file that takes more values than any of its outputs has: an encoder that was given as
   * a decoder.
   *
   * @param outputs with their true sizes
   */
  static void requireDecoder(Path file, TensorSpec input, List<TensorSpec> outputs) {
    if (TensorSpec.where(outputs, o -> o.itemSize() >= input.itemSize()).isEmpty()) {
      throw new ModelException(
          file,
          "its input "
              + input
              + " has more values than any of its outputs ("
              + TensorSpec.list(outputs)
              + "), as an encoder's has, expected a decoder, which makes images of latents [N, L]."
              + " Give the decoder's file, or both files in the order encoder, decoder; if it is"
              + " one, name its images with withOutput, on the command line --output.");
    }
  }

  /** Whether an output's name says that it holds logits. */
  static boolean isLogits(String name) {
    return LOGITS.matcher(plain(name)).matches();
  }

  private static Latents checked(Path file, TensorSpec mean, TensorSpec logVar, int batch) {
    for (TensorSpec output : List.of(mean, logVar)) {
      if (!isBatch(output, batch) || !isFlat(output)) {
        throw new ModelException(
            file,
            "its output "
                + output
                + " is taken for mean or log-variance, expected FLOAT of shape [N, L] with N = "
                + batch
                + " for a batch of "
                + batch
                + ". Name another one with withMean or withLogVar, on the command line --mean or"
                + " --log-var.");
      }
    }
    if (mean.equals(logVar) || mean.itemSize() != logVar.itemSize()) {
      throw new ModelException(
          file,
          "its mean is "
              + mean
              + " and its log-variance "
              + logVar
              + ", expected two outputs of the same shape. Name them with withMean and withLogVar,"
              + " on the command line --mean and --log-var.");
    }
    return new Latents(mean, logVar);
  }

  private static TensorSpec byName(
      Path file, List<TensorSpec> specs, String name, String option, String kind) {
    return first(TensorSpec.where(specs, spec -> spec.name().equals(name)))
        .orElseThrow(
            () ->
                new ModelException(
                    file,
                    "it has no "
                        + kind
                        + " '"
                        + name
                        + "' (option "
                        + option
                        + "), expected one of: "
                        + TensorSpec.list(specs)
                        + "."));
  }

  /** The one candidate with exactly this name, or else the one that matches the pattern. */
  private static Optional<TensorSpec> unique(
      List<TensorSpec> candidates, String exact, Pattern usual, Optional<TensorSpec> taken) {
    List<TensorSpec> others =
        TensorSpec.where(candidates, c -> taken.isEmpty() || !taken.get().equals(c));
    Predicate<TensorSpec> isUsual = c -> usual.matcher(plain(c.name())).matches();
    return only(TensorSpec.where(others, c -> plain(c.name()).equals(exact)))
        .or(() -> only(TensorSpec.where(others, isUsual)));
  }

  /** Of two candidates the one that is not known, unless its name says that it is neither. */
  private static Optional<TensorSpec> theOther(
      List<TensorSpec> candidates, Optional<TensorSpec> known) {
    if (known.isEmpty() || candidates.size() != 2) {
      return Optional.empty();
    }
    return first(
        TensorSpec.where(
            candidates,
            c ->
                !c.equals(known.get())
                    && !NEITHER.matcher(plain(c.name())).matches()
                    && !MEAN.matcher(plain(c.name())).matches()));
  }

  private static Optional<TensorSpec> first(List<TensorSpec> specs) {
    return specs.isEmpty() ? Optional.empty() : Optional.of(specs.get(0));
  }

  private static Optional<TensorSpec> only(List<TensorSpec> specs) {
    return specs.size() == 1 ? first(specs) : Optional.empty();
  }

  private static boolean isBatch(TensorSpec spec, int batch) {
    return spec.isFloat()
        && spec.dims().size() >= 2
        && spec.dims().get(0) == batch
        && spec.itemSize() > 0;
  }

  /** [N, L], or [N, L, 1, 1] as convolutions leave it. */
  private static boolean isFlat(TensorSpec spec) {
    for (long dim : spec.dims().subList(2, spec.dims().size())) {
      if (dim != 1) {
        return false;
      }
    }
    return true;
  }

  private static String plain(String name) {
    String last = name.substring(name.lastIndexOf('/') + 1);
    int colon = last.indexOf(':');
    String withoutNumber = colon > 0 ? last.substring(0, colon) : last;
    return NOT_ALNUM.matcher(withoutNumber.toLowerCase(Locale.ROOT)).replaceAll("");
  }
}
