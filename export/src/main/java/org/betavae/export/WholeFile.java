package org.betavae.export;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** Output that appears whole or not at all: written aside, then renamed. */
final class WholeFile {
  private WholeFile() {}

  /** Writes the content of a file. */
  interface Content {
    /** Called once; does not close the stream. */
    void to(OutputStream out) throws IOException;
  }

  /**
   * Writes files aside and renames them into place, all of them or none; folders above them are
   * made. Those that were there are put back if that fails.
   */
  static void write(Map<Path, Content> files) {
    Map<Path, Path> parts = new LinkedHashMap<>();
    Map<Path, Path> earlier = new LinkedHashMap<>();
    Set<Path> replaced = new LinkedHashSet<>();
    boolean done = false;
    Path at = null;
    try {
      for (Map.Entry<Path, Content> e : files.entrySet()) {
        at = e.getKey();
        Path target = at.toAbsolutePath();
        if (Files.isDirectory(target)) {
          throw new IllegalArgumentException(
              at + " is a folder, expected a file name to write to. Name a file inside it.");
        }
        Files.createDirectories(target.getParent());
        parts.put(target, aside(target, ".part"));
        OpenAsides.add(parts.get(target));
        try (OutputStream out =
            new BufferedOutputStream(
                Files.newOutputStream(parts.get(target), StandardOpenOption.CREATE_NEW), 1 << 16)) {
          e.getValue().to(out);
        }
      }
      for (Path target : parts.size() > 1 ? parts.keySet() : Set.<Path>of()) {
        if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
          Path old = aside(target, ".old");
          Files.move(target, old, StandardCopyOption.ATOMIC_MOVE);
          earlier.put(target, old);
        }
      }
      for (Map.Entry<Path, Path> e : parts.entrySet()) {
        at = e.getKey();
        Files.move(
            e.getValue(), at, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        replaced.add(at);
      }
      done = true;
    } catch (IOException e) {
      throw new UncheckedIOException(
          "Cannot write " + at + ": " + e + ". Check the folder and the free space.", e);
    } finally {
      parts.values().forEach(OpenAsides::remove);
      if (done) {
        earlier.values().forEach(WholeFile::deleteQuietly);
      } else {
        parts.values().forEach(WholeFile::deleteQuietly);
        replaced.forEach(WholeFile::deleteQuietly);
        earlier.forEach((target, old) -> moveQuietly(old, target));
      }
    }
  }

  private static void moveQuietly(Path from, Path to) {
    try {
      Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      // The caller is already failing; what was there stays under its other name.
      return;
    }
  }

  /** A new folder beside the target, hidden, with the rights of any new folder. */
  static Path folderAside(Path target, String ending) throws IOException {
    return Files.createDirectory(aside(target, ending));
  }

  private static Path aside(Path target, String ending) {
    return target.resolveSibling(
        "." + target.getFileName() + "-" + Long.toHexString(System.nanoTime()) + ending);
  }

  /** Renames a folder into place; one that is there goes only when the new one stands. */
  static void moveFolder(Path from, Path target) throws IOException {
    if (!Files.exists(target)) {
      Files.move(from, target, StandardCopyOption.ATOMIC_MOVE);
      return;
    }
    Path old = folderAside(target, ".old");
    Files.move(target, old, StandardCopyOption.REPLACE_EXISTING);
    try {
      Files.move(from, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      Files.move(old, target, StandardCopyOption.ATOMIC_MOVE);
      throw e;
    }
    deleteQuietly(old);
  }

  /** Deletes a file or a folder with all in it, as far as that works. */
  static void deleteQuietly(Path path) {
    if (path == null) {
      return;
    }
    try {
      deleteTree(path);
    } catch (IOException e) {
      // The caller is already failing for a reason of its own; a leftover is the lesser news.
      return;
    }
  }

  /** Deletes a file or a folder with all in it; links are not followed. */
  static void deleteTree(Path path) throws IOException {
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    Files.walkFileTree(
        path,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path folder, IOException failure)
              throws IOException {
            Files.delete(folder);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
