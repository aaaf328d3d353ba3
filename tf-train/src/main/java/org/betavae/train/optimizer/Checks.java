package org.betavae.train.optimizer;

import org.betavae.train.Settings;

/** The kinds of numbers that optimisers take. */
final class Checks {
  private Checks() {}

  static void positive(String name, double value, String advice) {
    boolean ok = value > 0 && value < Double.POSITIVE_INFINITY;
    Settings.require(ok, name, value, "a finite number > 0", advice);
  }

  static void notNegative(String name, double value, String advice) {
    boolean ok = value >= 0 && value < Double.POSITIVE_INFINITY;
    Settings.require(ok, name, value, "a finite number >= 0", advice);
  }

  /** Refuses what is not in [0, 1), or would be 1 as a float32. */
  static void decay(String name, double value, String advice) {
    Settings.require(value >= 0 && (float) value < 1, name, value, "a number in [0, 1)", advice);
  }

  /** Refuses what is not above 0, or would be 0 as a float32: it keeps 0 / 0 away. */
  static void epsilon(double value, String advice) {
    boolean ok = (float) value >= Float.MIN_NORMAL && value < Double.POSITIVE_INFINITY;
    Settings.require(ok, "epsilon", value, "a finite number >= 1.2e-38", advice);
  }

  /** Refuses what is not in [0, 1]. */
  static void fraction(String name, double value, String advice) {
    Settings.require(value >= 0 && value <= 1, name, value, "a number in [0, 1]", advice);
  }
}
