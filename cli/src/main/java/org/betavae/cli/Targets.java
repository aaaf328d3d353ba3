package org.betavae.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Checks where a command is to write, before it starts any work. */
final class Targets {
  private Targets() {}

  /**
   * The ending of a file to write, in lower case and without the dot.
   *
   * @throws UsageException if the ending is none of those allowed, or no such file can be written
   */
  static String file(Opt<Path> option, Path file, List<String> endings) {
    String name = file.getFileName() == null ? "" : file.getFileName().toString();
    int dot = name.lastIndexOf('.');
    String ending = dot < 0 ? "" : name.substring(dot + 1).toLowerCase(Locale.ROOT);
    if (!endings.contains(ending)) {
      throw new UsageException(
          option.dashed()
              + " is "
              + file
              + ", expected a file name that ends in ."
              + String.join(" or .", endings));
    }
    if (Files.isDirectory(file)) {
      throw new UsageException(
          option.dashed() + " is " + file + ", which is a folder, expected a file name");
    }
    Path parent = file.toAbsolutePath().getParent();
    if (!Files.isDirectory(parent)) {
      throw new UsageException(
          option.dashed()
              + " is "
              + file
              + ", but "
              + parent
              + " is no folder, expected an existing one. Create it first");
    }
    return ending;
  }

  /**
   * Checks a folder to write.
   *
   * @param mayHoldFiles whether an option allows a folder that is not empty
   * @param advice what to do when it is not empty
   * @throws UsageException if it is a file, or holds files that may not be touched
   */
  static void folder(Opt<Path> option, Path folder, boolean mayHoldFiles, String advice) {
    for (Path p = folder.toAbsolutePath(); p != null; p = p.getParent()) {
      if (Files.exists(p) && !Files.isDirectory(p)) {
        throw new UsageException(
            option.dashed()
                + " is "
                + folder
                + ", but "
                + p
                + " is a file, expected a folder or a new name");
      }
    }
    if (Files.isDirectory(folder) && !mayHoldFiles && !isEmpty(folder)) {
      throw new UsageException(
          option.dashed()
              + " is "
              + folder
              + ", a folder that is not empty, expected an empty or a new one. "
              + advice);
    }
  }

  /**
   * Checks that a folder to write is not the one that is read, nor one above it.
   *
   * @throws UsageException if it is
   */
  static void apart(Opt<Path> to, Path target, Opt<?> from, Path source) {
    if (real(source).startsWith(real(target))) {
      throw new UsageException(
          to.dashed()
              + " is "
              + target
              + ", which is or holds "
              + from.dashed()
              + " "
              + source
              + ", expected another folder. Name a folder inside it, or elsewhere");
    }
  }

  private static Path real(Path path) {
    try {
      return path.toRealPath();
    } catch (IOException e) {
      return path.toAbsolutePath().normalize(); // not there yet
    }
  }

  private static boolean isEmpty(Path folder) {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.findAny().isEmpty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
