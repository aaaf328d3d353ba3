package org.betavae.cli;

import java.util.Map;
import java.util.Optional;

/** The checked arguments of one call. */
final class Arguments {
  private final Map<String, Object> given;
  private final String operand;

  /**
   * Takes a copy of the values.
   *
   * @param given values by option name, only those that were typed
   * @param operand the argument that is no option; empty when there is none
   */
  Arguments(Map<String, Object> given, String operand) {
    this.given = Map.copyOf(given);
    this.operand = operand;
  }

  /** The value, or the option's default. An option with neither is asked for by {@link #find}. */
  <T> T get(Opt<T> option) {
    return find(option)
        .orElseThrow(() -> new IllegalStateException(option.dashed() + " has no value or default"));
  }

  @SuppressWarnings("unchecked") // the parser stored what this option's reader returned
  <T> Optional<T> find(Opt<T> option) {
    return Optional.ofNullable((T) given.getOrDefault(option.name(), option.fallback()));
  }

  /** The value if the user typed the option, whatever its default. */
  <T> Optional<T> typed(Opt<T> option) {
    return has(option) ? find(option) : Optional.empty();
  }

  /** Whether the user typed the option. */
  boolean has(Opt<?> option) {
    return given.containsKey(option.name());
  }

  String operand() {
    return operand;
  }
}
