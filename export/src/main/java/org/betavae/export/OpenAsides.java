package org.betavae.export;

import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

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
    OPEN.forEach(WholeFile::deleteQuietly);
  }
}
