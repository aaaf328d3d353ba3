package org.betavae.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/**
 * One option of a command: its name, how its value is read, and what the help says about it.
 *
 * @param name long name without the dashes
 * @param placeholder what stands for the value in the help; empty for a flag
 * @param help one sentence
 * @param expected what a value must be, as an error message continues after "expected"
 * @param fallback the default, null when there is none
 * @param required whether leaving the option out is an error
 * @param choices the values there are, where they are names; else empty
 * @param reader reads a value; empty when the text is not what is expected; a flag's reads nothing
 */
record Opt<T>(
    String name,
    String placeholder,
    String help,
    String expected,
    T fallback,
    boolean required,
    List<String> choices,
    Function<String, Optional<T>> reader) {

  /** A longer list of values does not fit into a line of the help beside the option's name. */
  private static final int LONGEST_CHOICE = 48;

  /** Ends the placeholder of an option that may be given several times. */
  private static final String REPEATED = "...";

  /** Stands between the values of such an option for its reader: no argument holds it. */
  static final String SEPARATOR = "\0";

  private static <T> Opt<T> optional(
      String name,
      String placeholder,
      String help,
      String expected,
      Function<String, Optional<T>> reader) {
    return new Opt<>(name, placeholder, help, expected, null, false, List.of(), reader);
  }

  static Opt<Boolean> flag(String name, String help) {
    return new Opt<>(
        name, "", help, "no value", false, false, List.of(), text -> Optional.of(true));
  }

  static Opt<String> text(String name, String placeholder, String help) {
    return optional(name, placeholder, help, "a text that is not empty", Opt::readText);
  }

  /** A text that may be given several times. */
  static Opt<List<String>> texts(String name, String placeholder, String help) {
    return optional(
        name,
        placeholder + REPEATED,
        help,
        "a text that is not empty",
        joined -> {
          List<String> texts = List.of(joined.split(SEPARATOR, -1));
          return texts.stream().anyMatch(String::isBlank) ? Optional.empty() : Optional.of(texts);
        });
  }

  static Opt<Path> path(String name, String placeholder, String help) {
    return optional(name, placeholder, help, "a path", Opt::readPath);
  }

  static Opt<Integer> integer(String name, String help, int smallest, int largest) {
    return optional(
        name,
        "N",
        help,
        "a whole number " + range(smallest, largest),
        text -> readLong(text, smallest, largest).map(Math::toIntExact));
  }

  static Opt<Long> whole(String name, String help, long smallest, long largest) {
    return optional(
        name,
        "N",
        help,
        "a whole number " + range(smallest, largest),
        text -> readLong(text, smallest, largest));
  }

  static Opt<Long> seed() {
    return optional(
            "seed",
            "N",
            "seed of everything random, so that a run can be repeated",
            "a whole number of at most 64 bits",
            text -> readLong(text, Long.MIN_VALUE, Long.MAX_VALUE))
        .or(0L);
  }

  /** A finite number from {@code smallest} to {@code largest}; either bound may be infinite. */
  static Opt<Double> number(String name, String help, double smallest, double largest) {
    return optional(
        name,
        "X",
        help,
        "a finite number " + bounds(smallest, largest),
        text -> readDouble(text).filter(x -> x >= smallest && x <= largest));
  }

  /** A finite number above 0. */
  static Opt<Double> positive(String name, String help) {
    return optional(
        name, "X", help, "a finite number > 0", text -> readDouble(text).filter(x -> x > 0));
  }

  /** One of some names; where they are many, the help lists them behind its sentence. */
  static Opt<String> choice(String name, String help, List<String> values) {
    String joined = String.join("|", values);
    boolean many = joined.length() > LONGEST_CHOICE;
    return new Opt<>(
        name,
        many ? "NAME" : joined,
        many ? help + ": " + String.join(", ", values) : help,
        "one of " + String.join(", ", values),
        null,
        false,
        List.copyOf(values),
        text -> Optional.of(text.toLowerCase(Locale.ROOT)).filter(values::contains));
  }

  Opt<T> or(T value) {
    return new Opt<>(name, placeholder, help, expected, value, false, choices, reader);
  }

  Opt<T> needed() {
    return new Opt<>(name, placeholder, help, expected, null, true, choices, reader);
  }

  Opt<T> helped(String otherHelp) {
    return new Opt<>(name, placeholder, otherHelp, expected, fallback, required, choices, reader);
  }

  /** Whether it may be given several times; its reader then gets all values at once. */
  boolean isRepeatable() {
    return placeholder.endsWith(REPEATED);
  }

  boolean isFlag() {
    return placeholder.isEmpty();
  }

  /** The name as it is typed. */
  String dashed() {
    return "--" + name;
  }

  private static Optional<String> readText(String text) {
    return Optional.of(text).filter(t -> !t.isBlank());
  }

  private static Optional<Path> readPath(String text) {
    return readText(text).map(Path::of);
  }

  private static Optional<Long> readLong(String text, long smallest, long largest) {
    try {
      long value = Long.parseLong(text.strip());
      return value >= smallest && value <= largest ? Optional.of(value) : Optional.empty();
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  private static Optional<Double> readDouble(String text) {
    try {
      double value = Double.parseDouble(text.strip());
      return Double.isFinite(value) ? Optional.of(value) : Optional.empty();
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  private static String range(long smallest, long largest) {
    return "from " + smallest + " to " + largest;
  }

  private static String bounds(double smallest, double largest) {
    if (largest == Double.POSITIVE_INFINITY) {
      return smallest == Double.NEGATIVE_INFINITY ? "" : ">= " + Numbers.plain(smallest);
    }
    return "from " + Numbers.plain(smallest) + " to " + Numbers.plain(largest);
  }
}
