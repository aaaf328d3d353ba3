package org.betavae.export.tf;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Finds the name that was probably meant, for errors about names that are not there. */
final class Nearest {
  private Nearest() {}

  /** A sentence with a blank in front that asks for the nearest name; empty when none is near. */
  static String question(String given, Collection<String> known) {
    return of(given, known).map(name -> " Did you mean '" + name + "'?").orElse("");
  }

  /** The shortest name that holds the given one, else the one with the fewest edits. */
  static Optional<String> of(String given, Collection<String> known) {
    String typed = given.toLowerCase(Locale.ROOT);
    Comparator<String> order = Comparator.comparingInt(String::length);
    Optional<String> holds =
        known.stream()
            .filter(k -> typed.length() > 2 && k.toLowerCase(Locale.ROOT).contains(typed))
            .min(order.thenComparing(k -> k));
    int most = Math.max(1, typed.length() / 3);
    return holds.or(
        () ->
            known.stream()
                .filter(k -> Math.abs(k.length() - typed.length()) <= most)
                .filter(k -> edits(typed, k.toLowerCase(Locale.ROOT)) <= most)
                .min(
                    Comparator.comparingInt((String k) -> edits(typed, k.toLowerCase(Locale.ROOT)))
                        .thenComparing(k -> k)));
  }

  /** Fewest insertions, deletions and replacements that turn one text into the other. */
  private static int edits(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int corner = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = corner + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        corner = row[j];
        row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
