package org.betavae.train.optimizer;

/** Checks of settings; each error names the setting, its value, what was expected, what to do. */
final class Checks {
  private Checks() {}

  static void positive(String name, double value, String advice) {
    if (!(value > 0 && value < Double.POSITIVE_INFINITY)) {
      throw wrong(name, value, "a finite number > 0", advice);
    }
  }

  static void notNegative(String name, double value, String advice) {
    if (!(value >= 0 && value < Double.POSITIVE_INFINITY)) {
      throw wrong(name, value, "a finite number >= 0", advice);
    }
  }

  /** Refuses what is not in [0, 1). */
  static void decay(String name, double value, String advice) {
    if (!(value >= 0 && value < 1)) {
      throw wrong(name, value, "a number in [0, 1)", advice);
    }
  }

  /** The exception for a value that is not what was expected. */
  static IllegalArgumentException wrong(String name, Object value, String expected, String advice) {
    return new IllegalArgumentException(
        (name + " is " + value + ", expected " + expected + ". " + advice).strip());
  }
}
