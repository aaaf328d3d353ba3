package org.betavae.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What a misspelt source may have meant: a built-in one, or a neighbour of the missing file. */
final class NearestName {
  private static final List<String> BUILT_IN = List.of("sprites", "sprites:small");
  private static final int MOST_NEIGHBOURS = 10_000;

  private NearestName() {}

  /** A sentence that says what to do. */
  static String advice(String source) {
    return Stream.concat(BUILT_IN.stream(), neighbours(source).stream())
        .min(Comparator.comparingInt(name -> distance(source, name)))
        .filter(name -> distance(source, name) <= Math.max(1, source.length() / 4))
        .map(name -> "Did you mean '" + Sources.printable(name) + "'?")
        .orElse("Check its spelling.");
  }

  private static List<String> neighbours(String source) {
    try {
      Path path = Path.of(source);
      Path folder = Optional.ofNullable(path.getParent()).orElse(Path.of(""));
      try (Stream<Path> files = Files.list(folder)) {
        return files
            .limit(MOST_NEIGHBOURS)
            .map(file -> path.resolveSibling(file.getFileName()).toString())
            .sorted()
            .toList();
      }
    } catch (IOException | InvalidPathException e) {
      // No neighbours to suggest; the error about the source itself follows.
      return List.of();
    }
  }

  /** Levenshtein's: how many letters to insert, delete or replace. */
  static int distance(String a, String b) {
    int[] previous = new int[b.length() + 1];
    int[] current = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      current[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        current[j] = Math.min(replaced, 1 + Math.min(previous[j], current[j - 1]));
      }
      int[] swap = previous;
      previous = current;
      current = swap;
    }
    return previous[b.length()];
  }
}
