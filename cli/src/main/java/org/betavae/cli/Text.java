package org.betavae.cli;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.betavae.data.NearestName;

/** Breaks text into lines, and words what a misspelt name may mean. */
final class Text {
  /** What people call it, and what it is called here: no slip of the fingers. */
  private static final Map<String, String> OTHER_NAMES = Map.of("gpu", "cuda");

  private Text() {}

  /** What to append to an error about an unknown name; empty when no known one is near. */
  static String suggestion(String typed, String prefix, Collection<String> names) {
    return Optional.ofNullable(OTHER_NAMES.get(typed.toLowerCase(Locale.ROOT)))
        .filter(names::contains)
        .or(() -> NearestName.of(typed, names))
        .map(name -> " (did you mean " + prefix + name + "?)")
        .orElse("");
  }

  /** A path as it is typed in a shell: quoted where the shell would take it apart. */
  static String shellWord(String word) {
    boolean plain = word.codePoints().allMatch(c -> Character.isLetterOrDigit(c) || isPlain(c));
    return plain && !word.isEmpty() ? word : "'" + word.replace("'", "'\\''") + "'";
  }

  private static boolean isPlain(int c) {
    return "._-+/:,@%=".indexOf(c) >= 0;
  }

  /** Lines of at most {@code width} characters, but for words that are longer. */
  static List<String> wrap(String text, int width) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String word : text.split(" ", -1)) {
      if (!line.isEmpty() && line.length() + 1 + word.length() > width) {
        lines.add(line.toString());
        line.setLength(0);
      }
      line.append(line.isEmpty() ? "" : " ").append(word);
    }
    lines.add(line.toString());
    return lines;
  }
}
