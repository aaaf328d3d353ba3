package org.betavae.export;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
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
    Path aside = null;
    try {
      Files.createDirectories(target.getParent());
      aside = Files.createTempFile(target.getParent(), "." + target.getFileName(), ".part");
      Files.write(aside, bytes);
      openToOthers(aside);
      Files.move(
          aside, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      deleteQuietly(aside);
      throw new UncheckedIOException(
          "Cannot write " + file + ": " + e.getMessage() + ". Check the folder and the free space.",
          e);
    }
  }

  /** Temporary files are private to their owner; a result has the rights of any new file. */
  private static void openToOthers(Path file) throws IOException {
    if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      Path probe = file.resolveSibling(file.getFileName() + ".rights");
      Files.createFile(probe);
      try {
        Files.setPosixFilePermissions(file, Files.getPosixFilePermissions(probe));
      } finally {
        Files.delete(probe);
      }
    }
  }

  /** A new folder beside the target, hidden, with the rights of any new folder. */
  static Path folderAside(Path target, String ending) throws IOException {
    String name = "." + target.getFileName() + "-" + Long.toHexString(System.nanoTime()) + ending;
    return Files.createDirectory(target.resolveSibling(name));
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
    if (!Files.exists(path, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
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
