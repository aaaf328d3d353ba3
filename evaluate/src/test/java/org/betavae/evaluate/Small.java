package org.betavae.evaluate;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.function.Executable;

/** Codes and factors that tests write down. */
final class Small {
  /** Rounding of a few operations in double precision. */
  static final double ROUNDING = 1e-12;

  /** Digits of the values that were worked out by hand. */
  static final double BY_HAND = 1e-6;

  private Small() {}

  /** Codes from columns. */
  static Codes codes(double[]... columns) {
    float[] values = new float[columns.length * columns[0].length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) columns[i % columns.length][i / columns.length];
    }
    return Codes.of(values, columns[0].length, columns.length);
  }

  /** Factors from columns. */
  static FactorClasses factors(int[]... columns) {
    int[] values = new int[columns.length * columns[0].length];
    for (int i = 0; i < values.length; i++) {
      values[i] = columns[i % columns.length][i / columns.length];
    }
    return FactorClasses.of(values, columns[0].length, columns.length);
  }

  static double[] column(double... values) {
    return values;
  }

  static int[] classes(int... values) {
    return values;
  }

  /** Every combination of 4 and 3 values, several times over, in a random order. */
  static FactorClasses grid(int times, long seed) {
    int[] values = new int[24 * times];
    int[] order = new Random(seed).ints(12L * times, 0, 12).toArray();
    for (int i = 0; i < order.length; i++) {
      int combination = i < 12 ? i : order[i];
      values[2 * i] = combination / 3;
      values[2 * i + 1] = combination % 3;
    }
    return FactorClasses.of(values, 12 * times, 2);
  }

  /** Each factor as a code, and a last code that never changes. */
  static LabelledCodes perfect(FactorClasses factors) {
    int size = factors.size() + 1;
    float[] values = new float[factors.points() * size];
    for (int i = 0; i < factors.points(); i++) {
      for (int k = 0; k < factors.size(); k++) {
        values[i * size + k] = factors.value(i, k) - 1.25f;
      }
      values[i * size + size - 1] = 0.5f;
    }
    return new LabelledCodes(Codes.of(values, factors.points(), size), factors);
  }

  /** Checks that a wrong input is refused in words that hold the parts. */
  static void refused(Executable call, String... parts) {
    String message = assertThrows(IllegalArgumentException.class, call).getMessage();
    for (String part : parts) {
      assertTrue(message.contains(part), () -> "\"" + part + "\" not in: " + message);
    }
  }
}
