package org.betavae.infer;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The properties {@code betavae.*} of one ONNX file, or of two merged. Values are read when they
 * are asked for; one that cannot be read is a {@link ModelException} that names it.
 */
final class Metadata {
  static final String PREFIX = "betavae.";

  private static final Pattern PRIOR = Pattern.compile("\"prior\"\\s*:\\s*\"([^\"]*)\"");

  private final Path path;
  private final Map<String, String> properties;
  private final Optional<Metadata> fallback;

  Metadata(Path path, Map<String, String> properties) {
    this(path, properties, Optional.empty());
  }

  private Metadata(Path path, Map<String, String> properties, Optional<Metadata> fallback) {
    this.path = path;
    this.properties = properties;
    this.fallback = fallback;
  }

  /** These properties, and another file's where this one lacks them. */
  Metadata orElse(Metadata other) {
    return new Metadata(path, properties, Optional.of(other));
  }

  /** Whether the file was written by {@code export}. */
  boolean isOurs() {
    return properties.keySet().stream().anyMatch(key -> key.startsWith(PREFIX));
  }

  /** Refuses a file that says it is something else than what it is opened as. */
  void checkRole(String wanted) {
    text("role")
        .filter(role -> !role.equals(wanted))
        .ifPresent(
            role -> {
              throw new ModelException(
                  path,
                  "it says that it is the "
                      + role
                      + " (betavae.role), expected the "
                      + wanted
                      + "'s file. Give that one; of two files, in the order encoder, decoder.");
            });
  }

  Optional<ItemShape> inputShape() {
    return read("input_shape", JsonNumbers::sizes)
        .map(
            sizes ->
                switch (sizes.size()) {
                  case 1 -> ItemShape.vector(sizes.get(0));
                  case 3 -> ItemShape.image(sizes.get(0), sizes.get(1), sizes.get(2));
                  default ->
                      throw new ModelException(
                          path,
                          "its property betavae.input_shape is "
                              + sizes
                              + ", expected [C, H, W] or [D]. Export the model again.");
                });
  }

  Optional<Integer> latentSize() {
    return read("latent_size", JsonNumbers::count);
  }

  Optional<String> text(String key) {
    return read(key, Function.identity());
  }

  OptionalLong integer(String key) {
    return read(key, JsonNumbers::integer).map(OptionalLong::of).orElseGet(OptionalLong::empty);
  }

  OptionalDouble number(String key) {
    return read(key, JsonNumbers::number).map(OptionalDouble::of).orElseGet(OptionalDouble::empty);
  }

  /** A list with one number for each latent dimension. */
  Optional<List<Double>> perLatent(String key, int latentSize) {
    Optional<List<Double>> list = read(key, JsonNumbers::numbers);
    if (list.isPresent() && list.get().size() != latentSize) {
      throw new ModelException(
          path,
          "its property betavae."
              + key
              + " has "
              + list.get().size()
              + " numbers, expected "
              + latentSize
              + ", one for each latent dimension. Export the model again.");
    }
    return list;
  }

  ModelInfo info(boolean hasEncoder, boolean hasDecoder, ItemShape shape, int latentSize) {
    Optional<Integer> parityInputs = read("parity_inputs", JsonNumbers::count);
    return new ModelInfo(
        hasEncoder,
        hasDecoder,
        shape.asList(),
        latentSize,
        text("format_version"),
        text("likelihood"),
        text("objective"),
        text("objective_settings"),
        text("dataset"),
        integer("steps"),
        integer("seed"),
        perLatent("kl_per_dimension", latentSize),
        perLatent("posterior_mean", latentSize),
        perLatent("posterior_std", latentSize),
        text("producer_version"),
        number("parity_max_abs_difference"),
        parityInputs.map(OptionalInt::of).orElseGet(OptionalInt::empty),
        number("likelihood_scale"),
        prior());
  }

  /** Stands among the objective's settings, a JSON text that is else not read here. */
  private Optional<String> prior() {
    return text("objective_settings")
        .map(PRIOR::matcher)
        .filter(Matcher::find)
        .map(m -> m.group(1));
  }

  private <T> Optional<T> read(String key, Function<String, T> parser) {
    String value = properties.get(PREFIX + key);
    if (value == null) {
      return fallback.flatMap(other -> other.read(key, parser));
    }
    try {
      return Optional.of(parser.apply(value));
    } catch (IllegalArgumentException e) {
      throw new ModelException(
          path,
          "its property betavae." + key + " is " + e.getMessage() + ". Export the model again.",
          e);
    }
  }
}
