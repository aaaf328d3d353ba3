package org.betavae.cli;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds the name that a mistyped one was probably meant to be. */
final class NearestName {
  private NearestName() {}

  /** The name with the fewest edits from {@code typed}, unless more than a third of it differs. */
  static Optional<String> of(String typed, Collection<String> names) {
    return names.stream()
        .filter(
            name ->
                distance(typed, name) <= Math.max(1, (typed.length() + 1) / 3)
                    || (typed.length() >= 3 && name.startsWith(typed)))
        .min(Comparator.comparingInt((String name) -> distance(typed, name)));
  }

  /** A sentence to append to an error; empty when nothing is near. */
  static String suggestion(String typed, String prefix, Collection<String> names) {
    return of(typed, names).map(name -> " (did you mean " + prefix + name + "?)").orElse("");
  }

  /** Insertions, deletions, replacements and swaps of neighbours that turn one into the other. */
  static int distance(String a, String b) {
    int[][] d = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          d[i][j] = i + j;
          continue;
        }
        int replaced = d[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        d[i][j] = Math.min(replaced, 1 + Math.min(d[i - 1][j], d[i][j - 1]));
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
        }
      }
    }
    return d[a.length()][b.length()];
  }
}
