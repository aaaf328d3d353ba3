package org.betavae.train.imported;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.betavae.export.TensorSpec;
import org.betavae.train.imported.GraphRun.Array;

/**
 * Finds which input and output of a model plays which role: as named by options, or by shape and
 * the names that are usual for it, by the same rules as the runtime that embeds and generates.
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
          "x|xhat|xmean|mean|x?recon.*|decoded|generated|.*images?|prob(s|abilities)?|outputs?|output0");

  private Roles() {}

  /** Names of an encoder's outputs with their common size. */
  record Latents(String mean, String logVar, int size) {}

  /** The only input, which must be float32 with a free batch. */
  static TensorSpec input(ImportedGraph source, String named, String option) {
    List<TensorSpec> inputs = source.inputs();
    if (named != null && inputs.stream().noneMatch(i -> i.name().equals(named))) {
      throw none(source, "input", named, option, specs(inputs));
    }
    if (inputs.size() != 1) {
      throw new IllegalArgumentException(
          source.what()
              + " has "
              + inputs.size()
              + " inputs ("
              + specs(inputs)
              + "), expected one. Export the part of the model that starts at one input.");
    }
    TensorSpec input = inputs.get(0);
    if (!input.type().equals("float32")) {
      throw new IllegalArgumentException(
          source.what()
              + ": its input "
              + input.name()
              + " is "
              + input.type()
              + ", expected float32. Export it with such an input.");
    }
    if (input.shape() != null && (input.shape().isEmpty() || input.shape().get(0) >= 0)) {
      throw new IllegalArgumentException(
          source.what()
              + ": its input "
              + input.name()
              + " is "
              + input.shapeText()
              + ", expected a free batch in front. Export it with a dynamic batch.");
    }
    return input;
  }

  /**
   * The mean and the log-variance among an encoder's outputs.
   *
   * @param outputs for a batch of {@code batch}
   */
  static Latents latents(ImportedGraph source, List<Array> outputs, int batch, RoleNames names) {
    List<Array> candidates = outputs.stream().filter(o -> isLatent(o, batch)).toList();
    Optional<Array> namedMean = named(source, outputs, names.mean(), "mean");
    Optional<Array> namedLogVar = named(source, outputs, names.logVar(), "log-var");
    Optional<Array> mean = namedMean.or(() -> unique(candidates, "mean", MEAN, namedLogVar));
    Optional<Array> logVar = namedLogVar.or(() -> unique(candidates, "logvar", LOG_VAR, mean));
    Optional<Array> finalMean = mean.or(() -> theOther(candidates, logVar));
    Optional<Array> finalLogVar = logVar.or(() -> theOther(candidates, mean));
    if (outputs.size() == 1 && finalLogVar.isEmpty()) {
      throw new IllegalArgumentException(
          source.what()
              + " has one output, "
              + outputs.get(0)
              + ", expected a mean and a log-variance, without which the KL divergence is unknown."
              + " Export the encoder with both as outputs.");
    }
    if (finalMean.isEmpty() || finalLogVar.isEmpty()) {
      throw new IllegalArgumentException(
          source.what()
              + ": mean and log-variance cannot be told apart among its outputs ("
              + arrays(outputs)
              + "), expected two of shape [N, L]. Name them with --mean and --log-var.");
    }
    Array m = finalMean.get();
    Array v = finalLogVar.get();
    if (m.equals(v) || !isLatent(m, batch) || !isLatent(v, batch) || m.itemSize() != v.itemSize()) {
      throw new IllegalArgumentException(
          source.what()
              + ": its mean is "
              + m
              + " and its log-variance "
              + v
              + " for a batch of "
              + batch
              + ", expected two outputs of the same shape [N, L]. Name them with --mean and"
              + " --log-var.");
    }
    return new Latents(m.name(), v.name(), m.itemSize());
  }

  /**
   * The images among a decoder's outputs.
   *
   * @param logits whether logits are wanted rather than what follows from them
   */
  static Array images(
      ImportedGraph source,
      List<Array> outputs,
      int batch,
      RoleNames names,
      boolean logits,
      Predicate<Array> fits) {
    Optional<Array> named = named(source, outputs, names.output(), "output");
    if (named.isPresent()) {
      return named.get();
    }
    List<Array> all =
        outputs.stream().filter(o -> o.values() != null && isOfBatch(o, batch)).toList();
    List<Array> fitting = all.stream().filter(fits).toList();
    List<Array> candidates = fitting.isEmpty() ? all : fitting;
    List<Array> wanted = candidates.stream().filter(o -> isLogits(o.name()) == logits).toList();
    return only(candidates)
        .or(() -> only(wanted))
        .or(() -> unique(wanted.isEmpty() ? candidates : wanted, "x", IMAGES, Optional.empty()))
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    source.what()
                        + ": its images cannot be told among its outputs ("
                        + arrays(outputs)
                        + "), expected one of the items' size. Name it with --output."));
  }

  /** Whether an output's name says that it holds logits. */
  static boolean isLogits(String name) {
    return LOGITS.matcher(plain(name)).matches();
  }

  private static Optional<Array> named(
      ImportedGraph source, List<Array> outputs, String name, String option) {
    if (name == null) {
      return Optional.empty();
    }
    Optional<Array> found = outputs.stream().filter(o -> o.name().equals(name)).findFirst();
    if (found.isEmpty()) {
      throw none(source, "output", name, option, arrays(outputs));
    }
    return found;
  }

  private static IllegalArgumentException none(
      ImportedGraph source, String kind, String name, String option, String all) {
    return new IllegalArgumentException(
        source.what()
            + " has no "
            + kind
            + " '"
            + name
            + "' (--"
            + option
            + "), expected one of: "
            + all
            + ".");
  }

  /** The one candidate with exactly this name, or else the one that matches the pattern. */
  private static Optional<Array> unique(
      List<Array> candidates, String exact, Pattern usual, Optional<Array> taken) {
    List<Array> others = candidates.stream().filter(c -> !taken.equals(Optional.of(c))).toList();
    return only(others.stream().filter(c -> plain(c.name()).equals(exact)).toList())
        .or(
            () ->
                only(
                    others.stream()
                        .filter(c -> usual.matcher(plain(c.name())).matches())
                        .toList()));
  }

  /** Of two candidates the one that is not known, unless its name says that it is neither. */
  private static Optional<Array> theOther(List<Array> candidates, Optional<Array> known) {
    if (known.isEmpty() || candidates.size() != 2) {
      return Optional.empty();
    }
    return candidates.stream()
        .filter(c -> !c.equals(known.get()))
        .filter(c -> !NEITHER.matcher(plain(c.name())).matches())
        .filter(c -> !MEAN.matcher(plain(c.name())).matches())
        .findFirst();
  }

  private static Optional<Array> only(List<Array> arrays) {
    return Stream.of(arrays).filter(list -> list.size() == 1).map(list -> list.get(0)).findFirst();
  }

  private static boolean isOfBatch(Array array, int batch) {
    return array.shape().length >= 2 && array.shape()[0] == batch && array.itemSize() > 0;
  }

  /** [N, L], or [N, L, 1, 1] and [N, 1, 1, L] as convolutions leave it. */
  private static boolean isLatent(Array array, int batch) {
    return array.values() != null
        && isOfBatch(array, batch)
        && Stream.of(array).noneMatch(a -> wideDims(a) > 1);
  }

  private static long wideDims(Array array) {
    long wide = 0;
    for (int i = 1; i < array.shape().length; i++) {
      wide += array.shape()[i] > 1 ? 1 : 0;
    }
    return wide;
  }

  private static String specs(List<TensorSpec> specs) {
    return specs.stream().map(s -> s.name() + s.shapeText()).collect(Collectors.joining(", "));
  }

  private static String arrays(List<Array> arrays) {
    return arrays.stream().map(Array::toString).collect(Collectors.joining(", "));
  }

  private static String plain(String name) {
    String last = name.substring(name.lastIndexOf('/') + 1);
    int colon = last.indexOf(':');
    String withoutNumber = colon > 0 ? last.substring(0, colon) : last;
    return NOT_ALNUM.matcher(withoutNumber.toLowerCase(Locale.ROOT)).replaceAll("");
  }
}
