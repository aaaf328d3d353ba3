package org.betavae.data;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/**
 * A file written aside, in the folder of its target, that takes the target's place on {@link
 * #commit}.
 *
 * <p>For one thread. {@link #close} without commit removes what was written.
 */
final class AtomicFile implements AutoCloseable {
  private static final int BUFFER_BYTES = 1 << 16;

  private final Path target;
  private final Path aside;
  private final FileChannel channel;
  private final OutputStream stream;
  private boolean finished;

  /**
   * @throws IllegalArgumentException if the target's folder is missing or the target is a folder
   * @throws UncheckedIOException if the folder cannot be written
   */
  AtomicFile(Path target) {
    this.target = target.toAbsolutePath();
    Path folder = this.target.getParent();
    if (folder == null || Files.isDirectory(this.target)) {
      throw new IllegalArgumentException(
          "cannot write %s: it is a folder, expected a file name. Add a file name to it."
              .formatted(target));
    }
    if (!Files.isDirectory(folder)) {
      throw new IllegalArgumentException(
          "cannot write %s: %s is no folder, expected an existing one. Create it first."
              .formatted(target, folder));
    }
    // Not Files.createTempFile: its files are readable by their owner only, and stay so when
    // renamed.
    aside = folder.resolve("." + this.target.getFileName() + "." + UUID.randomUUID() + ".tmp");
    try {
      OpenAsides.add(aside);
      channel = FileChannel.open(aside, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
    } catch (IOException e) {
      OpenAsides.remove(aside);
      throw failure(e);
    }
    stream = new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER_BYTES);
  }

  OutputStream stream() {
    return stream;
  }

  /** One line for everything that can go wrong below: full disk, missing rights, quota. */
  UncheckedIOException failure(IOException cause) {
    String reason = cause.getMessage() == null ? "it failed" : Sources.reason(cause);
    return new UncheckedIOException(
        "cannot write %s: %s, expected to write the whole file. Free some space or choose another folder; nothing was left behind."
            .formatted(target, reason.replace(aside + ": ", "")),
        cause);
  }

  /** Forces everything to the disk and renames it to the target. */
  void commit() {
    try {
      stream.flush();
      channel.force(true);
      channel.close();
      try {
        Files.move(aside, target, StandardCopyOption.ATOMIC_MOVE);
      } catch (AtomicMoveNotSupportedException e) {
        Files.move(aside, target, StandardCopyOption.REPLACE_EXISTING);
      }
      finished = true;
      OpenAsides.remove(aside);
    } catch (IOException e) {
      throw failure(e);
    }
  }

  @Override
  public void close() {
    if (finished) {
      return;
    }
    finished = true;
    try {
      channel.close();
      Files.deleteIfExists(aside);
    } catch (IOException e) {
      throw failure(e);
    } finally {
      OpenAsides.remove(aside);
    }
  }
}
