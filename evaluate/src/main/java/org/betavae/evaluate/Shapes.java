package org.betavae.evaluate;

/** Checks of sizes that several classes share. */
final class Shapes {
  private Shapes() {}

  static void check(String what, int length, int rows, int columns) {
    if (rows < 1 || columns < 1 || (long) rows * columns != length) {
      throw new IllegalArgumentException(
          "%s: %d values for shape [%d, %d], expected sizes of at least 1 and as many values as their product. Give them row by row."
              .formatted(what, length, rows, columns));
    }
  }

  static void checkPart(int from, int to, int points) {
    if (from < 0 || from >= to || to > points) {
      throw new IllegalArgumentException(
          "part is rows %d to %d, expected at least one row of the %d there are. Ask for fewer, or give more points."
              .formatted(from, to, points));
    }
  }

  static void requireBatches(String what, int batches, int rows) {
    if (batches < 1 || rows < batches || rows % batches != 0) {
      throw new IllegalArgumentException(
          "%d rows for %d %s, expected the same number of rows for each. Give whole batches."
              .formatted(rows, batches, what));
    }
  }

  static int atLeast(String name, int value, int smallest) {
    if (value < smallest) {
      throw new IllegalArgumentException(
          "%s is %d, expected at least %d. Leave it at its published value if unsure."
              .formatted(name, value, smallest));
    }
    return value;
  }

  static double positive(String name, double value) {
    if (!(value > 0 && value < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "%s is %s, expected a finite number > 0. Leave it at its published value if unsure."
              .formatted(name, value));
    }
    return value;
  }
}
