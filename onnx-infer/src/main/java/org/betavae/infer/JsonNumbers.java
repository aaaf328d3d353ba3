package org.betavae.infer;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Reads the JSON numbers and flat arrays of numbers that stand in a model's metadata. */
final class JsonNumbers {
  /** RFC 8259, section 6. */
  private static final Pattern NUMBER =
      Pattern.compile("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?");

  private JsonNumbers() {}

  /**
   * @throws IllegalArgumentException if the text is no JSON number, or too large for a double
   */
  static double number(String text) {
    String stripped = text.strip();
    if (!NUMBER.matcher(stripped).matches()) {
      throw new IllegalArgumentException("'" + text + "', expected a JSON number");
    }
    double value = Double.parseDouble(stripped);
    if (Double.isInfinite(value)) {
      throw new IllegalArgumentException("'" + text + "', expected a number below 1.8e308");
    }
    return value;
  }

  /**
   * @throws IllegalArgumentException if the text is no JSON number without a fraction that fits in
   *     a long
   */
  static long integer(String text) {
    try {
      return Long.parseLong(text.strip());
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("'" + text + "', expected a JSON integer", e);
    }
  }

  /**
   * @throws IllegalArgumentException if the text is no JSON integer of 0 to 2147483647
   */
  static int count(String text) {
    long value = integer(text);
    if (value < 0 || value > Integer.MAX_VALUE) {
      throw new IllegalArgumentException("'" + text + "', expected 0 to " + Integer.MAX_VALUE);
    }
    return (int) value;
  }

  /**
   * @throws IllegalArgumentException if the text is no flat JSON array of numbers
   */
  static List<Double> numbers(String text) {
    String stripped = text.strip();
    if (!stripped.startsWith("[") || !stripped.endsWith("]") || stripped.length() < 2) {
      throw new IllegalArgumentException("'" + text + "', expected a JSON array of numbers");
    }
    String inner = stripped.substring(1, stripped.length() - 1).strip();
    List<Double> numbers = new ArrayList<>();
    if (!inner.isEmpty()) {
      for (String part : inner.split(",", -1)) {
        numbers.add(number(part));
      }
    }
    return numbers;
  }

  /**
   * @throws IllegalArgumentException if the text is no flat JSON array of positive ints
   */
  static List<Integer> sizes(String text) {
    List<Integer> sizes = new ArrayList<>();
    for (double number : numbers(text)) {
      if (!(number >= 1 && number <= Integer.MAX_VALUE && number == Math.rint(number))) {
        throw new IllegalArgumentException("'" + text + "', expected sizes of 1 and more");
      }
      sizes.add((int) number);
    }
    return sizes;
  }
}
