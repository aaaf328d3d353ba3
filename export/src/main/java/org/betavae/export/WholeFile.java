package org.betavae.export;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;

/** Output that appears whole or not at all: written aside, then renamed. */
final class WholeFile {
  private WholeFile() {}

  /** Writes a file aside and renames it into place; folders above it are made. */
  static void write(Path file, byte[] bytes) {
    Path target = file.toAbsolutePath();
    if (Files.isDirectory(target)) {
      throw new IllegalArgumentException(
          file + " is a folder, expected a file name to write to. Name a file inside it.");
    }
    Path aside = aside(target, ".part");
    try {
      Files.createDirectories(target.getParent());
      Files.write(aside, bytes, StandardOpenOption.CREATE_NEW);
      Files.move(
          aside, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      deleteQuietly(aside);
      throw new UncheckedIOException(
          "Cannot write " + file + ": " + e + ". Check the folder and the free space.", e);
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
