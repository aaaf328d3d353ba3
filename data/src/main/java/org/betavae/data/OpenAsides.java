package org.betavae.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * Files and folders that are being written aside: removed when the process is ended before they are
 * whole, as by Ctrl-C. Safe for threads.
 */
final class OpenAsides {
  private static final Set<Path> OPEN = ConcurrentHashMap.newKeySet();

  static {
    try {
      Runtime.getRuntime().addShutdownHook(new Thread(OpenAsides::removeAll, "betavae-asides"));
    } catch (IllegalStateException e) {
      // The process is ending already.
    }
  }

  private OpenAsides() {}

  static void add(Path aside) {
    OPEN.add(aside);
  }

  /** To be called when it is in its place, or removed. */
  static void remove(Path aside) {
    OPEN.remove(aside);
  }

  private static void removeAll() {
    for (Path aside : OPEN) {
      try {
        deleteTree(aside);
      } catch (IOException e) {
        // Nobody is left to hear of it.
      }
    }
  }

  /** Deletes a file or a folder with all in it, if it is there; links are not followed. */
  static void deleteTree(Path path) throws IOException {
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    List<Path> all;
    try (Stream<Path> paths = Files.walk(path)) {
      all = paths.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path each : all) {
      Files.delete(each);
    }
  }
}
