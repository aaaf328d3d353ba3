package org.betavae.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Files that are being written aside: removed when the process is ended before they are whole, as
 * by Ctrl-C. Safe for threads.
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
        Files.deleteIfExists(aside);
      } catch (IOException e) {
        // Nobody is left to hear of it.
      }
    }
  }
}
