package org.betavae.export;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** A folder that is written as a whole. */
final class TargetFolder {
  private static final int NAMED_FILES = 5;

  private TargetFolder() {}

  /** Writes the content of a folder. */
  interface Content {
    /** Called once with an empty folder. */
    void to(Path folder) throws IOException;
  }

  /**
   * Writes a folder aside and renames it into place; folders above it are made.
   *
   * @throws UncheckedIOException if writing fails; the target is then as before
   */
  static void write(Path folder, Content content) {
    Path target = folder.toAbsolutePath().normalize();
    Path aside = null;
    boolean done = false;
    try {
      Files.createDirectories(target.getParent());
      aside = WholeFile.folderAside(target, ".part");
      OpenAsides.add(aside);
      content.to(aside);
      WholeFile.moveFolder(aside, target);
      done = true;
    } catch (IOException e) {
      throw new UncheckedIOException(
          "Cannot write " + folder + ": " + e + ". Check the folder and the free space.", e);
    } finally {
      if (aside != null) {
        OpenAsides.remove(aside);
        if (!done) {
          WholeFile.deleteQuietly(aside);
        }
      }
    }
  }

  /**
   * Checks that a folder may be written here.
   *
   * @param what the folder is to hold, for messages
   * @param isOwn true for an entry that may be replaced
   * @throws IllegalArgumentException if the target is a file, exists and is to be kept, or holds
   *     anything else
   */
  static void check(
      Path folder, ModelFolder.Existing existing, String what, Predicate<Path> isOwn) {
    Path target = folder.toAbsolutePath().normalize();
    if (Files.exists(target) && !Files.isDirectory(target)) {
      throw new IllegalArgumentException(
          folder + " is a file, expected a folder to write the model to. Name another target.");
    }
    if (!Files.isDirectory(target)) {
      return;
    }
    List<Path> entries = entries(folder);
    if (existing == ModelFolder.Existing.KEEP && !entries.isEmpty()) {
      throw new IllegalArgumentException(
          folder
              + " is not empty, expected a new or empty folder. Name another target, or overwrite"
              + " it.");
    }
    List<String> foreign =
        entries.stream().filter(isOwn.negate()).map(p -> p.getFileName().toString()).toList();
    if (!foreign.isEmpty()) {
      throw new IllegalArgumentException(
          folder
              + " holds "
              + String.join(", ", foreign.subList(0, Math.min(NAMED_FILES, foreign.size())))
              + (foreign.size() > NAMED_FILES
                  ? " and " + (foreign.size() - NAMED_FILES) + " more"
                  : "")
              + ", expected nothing but "
              + what
              + " in a folder to replace. Name another folder, or move these files away.");
    }
  }

  private static List<Path> entries(Path folder) {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + folder + ": " + e + ". Check its rights.", e);
    }
  }
}
