package org.betavae.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.UUID;

/**
 * A folder filled aside, beside its target, that takes the target's place on {@link #commit}.
 *
 * <p>For one thread. {@link #close} without commit removes what was written.
 */
final class AtomicFolder implements AutoCloseable {
  private final Path target;
  private final Path aside;
  private boolean finished;

  /**
   * @throws IllegalArgumentException if the target is a file
   * @throws UncheckedIOException if the folder cannot be made
   */
  AtomicFolder(Path target) {
    this.target = target.toAbsolutePath().normalize();
    if (Files.exists(this.target) && !Files.isDirectory(this.target)) {
      throw new IllegalArgumentException(
          "cannot write %s: it is a file, expected a folder or a new name. Name another one."
              .formatted(target));
    }
    aside = beside("tmp");
    try {
      Files.createDirectories(this.target.getParent());
      OpenAsides.add(aside);
      Files.createDirectory(aside);
    } catch (IOException e) {
      OpenAsides.remove(aside);
      throw failure(e);
    }
  }

  /** Where to write. */
  Path aside() {
    return aside;
  }

  /** One line for everything that can go wrong below: full disk, missing rights, quota. */
  UncheckedIOException failure(IOException cause) {
    String reason = cause.getMessage() == null ? "it failed" : cause.getMessage();
    return new UncheckedIOException(
        "cannot write %s: %s, expected to write the whole folder. Free some space or choose another folder; nothing was left behind."
            .formatted(target, reason.replace(aside.toString(), target.toString())),
        cause);
  }

  /** Renames the folder to the target. */
  void commit() {
    try {
      if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
        replace();
      } else {
        Files.move(aside, target, StandardCopyOption.ATOMIC_MOVE);
      }
      finished = true;
      OpenAsides.remove(aside);
    } catch (IOException e) {
      throw failure(e);
    }
  }

  private void replace() throws IOException {
    Path old = beside("old");
    Files.move(target, old, StandardCopyOption.ATOMIC_MOVE);
    try {
      Files.move(aside, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      Files.move(old, target, StandardCopyOption.ATOMIC_MOVE);
      throw e;
    }
    OpenAsides.deleteTree(old);
  }

  private Path beside(String ending) {
    return target.resolveSibling(
        "." + target.getFileName() + "." + UUID.randomUUID() + "." + ending);
  }

  @Override
  public void close() {
    if (finished) {
      return;
    }
    finished = true;
    try {
      OpenAsides.deleteTree(aside);
    } catch (IOException e) {
      throw failure(e);
    } finally {
      OpenAsides.remove(aside);
    }
  }
}
