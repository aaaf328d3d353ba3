package org.betavae.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What a misspelt source may have meant: a built-in one, or a neighbour of the missing file. */
final class SourceAdvice {
  private static final List<String> BUILT_IN = List.of("sprites", "sprites:small");
  private static final int MOST_NEIGHBOURS = 10_000;

  private SourceAdvice() {}

  /** A sentence that says what to do. */
  static String of(String source) {
    return NearestName.of(source, BUILT_IN)
        .or(() -> neighbour(source))
        .map(name -> "Did you mean '" + Sources.printable(name) + "'?")
        .orElse("Check its spelling.");
  }

  private static Optional<String> neighbour(String source) {
    try {
      Path path = Path.of(source);
      Path folder = Optional.ofNullable(path.getParent()).orElse(Path.of(""));
      try (Stream<Path> files = Files.list(folder)) {
        List<String> names =
            files.limit(MOST_NEIGHBOURS).map(file -> file.getFileName().toString()).toList();
        return NearestName.of(Sources.name(path), names)
            .map(name -> path.resolveSibling(name).toString());
      }
    } catch (IOException | InvalidPathException e) {
      // No neighbours to suggest; the error about the source itself follows.
      return Optional.empty();
    }
  }
}
