package org.betavae.cli;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.Locale;

/** Numbers as people read them, the same in every locale. */
final class Numbers {
  private static final List<String> UNITS = List.of("kB", "MB", "GB");

  private Numbers() {}

  /** Without a needless fraction: 4 for 4.0, 0.0001 for 1e-4, 1e-5 below that. */
  static String plain(double value) {
    if (value == Math.rint(value) && Math.abs(value) < 1e15) {
      return Long.toString((long) value);
    }
    if (Math.abs(value) >= 1e-4 && Math.abs(value) < 1e7) {
      return BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
    }
    return String.format(Locale.ROOT, "%.2e", value)
        .replaceFirst("\\.?0+e", "e")
        .replaceFirst("e([-+])0", "e$1");
  }

  /** Three or four digits: 1,234, 123.4 or 1.23. */
  static String brief(double value) {
    double size = Math.abs(value);
    if (!Double.isFinite(value)) {
      return Double.toString(value);
    }
    if (size >= 1000) {
      return String.format(Locale.ROOT, "%,.0f", value);
    }
    if (size >= 100) {
      return String.format(Locale.ROOT, "%.1f", value);
    }
    return size >= 0.01 || size == 0
        ? hundredths(value)
        : String.format(Locale.ROOT, "%.2g", value);
  }

  /** Two places behind the point, without the sign of what is rounded to zero. */
  static String hundredths(double value) {
    String text = String.format(Locale.ROOT, "%.2f", value);
    return text.equals("-0.00") ? "0.00" : text;
  }

  /** Cut to six significant digits, for JSON; infinite and NaN stay as they are. */
  static double rounded(double value) {
    return Double.isFinite(value)
        ? new BigDecimal(value).round(new MathContext(6)).doubleValue()
        : value;
  }

  /** Bytes as 512 bytes, 3.4 kB, 12.6 MB or 2.20 GB, in thousands. */
  static String bytes(long value) {
    if (value < 1000) {
      return value + " bytes";
    }
    int step = value < 1_000_000 ? 0 : value < 1_000_000_000 ? 1 : 2;
    double size = value / Math.pow(1000, step + 1.0);
    return String.format(Locale.ROOT, size < 10 ? "%.2f %s" : "%.1f %s", size, UNITS.get(step));
  }

  static String count(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  /**
   * How long the rest takes at the speed so far, as "0:42 left"; empty where nothing is left or
   * nothing can be said.
   *
   * @param alreadyDone how much was done earlier, which says nothing about the speed
   * @param seconds time since then
   */
  static String timeLeft(long done, long total, long alreadyDone, double seconds) {
    return done > alreadyDone && done < total
        ? duration(seconds * (total - done) / (done - alreadyDone)) + " left"
        : "";
  }

  /** Seconds as 0:07, 12:34 or 1:02:03. */
  static String duration(double seconds) {
    if (!(seconds >= 0 && seconds < 1e9)) {
      return "?";
    }
    long s = Math.round(seconds);
    return s < 3600
        ? String.format(Locale.ROOT, "%d:%02d", s / 60, s % 60)
        : String.format(Locale.ROOT, "%d:%02d:%02d", s / 3600, s / 60 % 60, s % 60);
  }
}
