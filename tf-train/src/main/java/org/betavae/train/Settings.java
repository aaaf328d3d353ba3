package org.betavae.train;

import java.util.List;
import org.betavae.data.NearestName;

/** Checks of settings, all with the same words. */
public final class Settings {
  private Settings() {}

  /**
   * Refuses a value.
   *
   * @param ok whether it is right; written so that NaN is not
   * @param name as in the YAML file and on the command line
   * @param expected what would be right
   * @param advice what to do, a sentence
   * @throws IllegalArgumentException naming all of it, if it is not right
   */
  public static void require(
      boolean ok, String name, Object value, String expected, String advice) {
    if (!ok) {
      throw new IllegalArgumentException(
          name + " is " + value + ", expected " + expected + ". " + advice);
    }
  }

  /** Refuses what is below 1. */
  public static void requirePositive(String name, long value) {
    require(value >= 1, name, value, "a whole number >= 1", "Leave it out for the default.");
  }

  /** Refuses what is not in a list. */
  public static void requireOneOf(String name, String value, List<String> known) {
    if (value == null || !known.contains(value)) {
      throw new IllegalArgumentException(
          name
              + " is "
              + value
              + ", expected one of "
              + String.join(", ", known)
              + "."
              + (value == null ? "" : NearestName.question(value, known)));
    }
  }
}
