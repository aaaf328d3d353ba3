package org.betavae.train;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;

/**
 * Keeps other processes, and other runs of this one, out of a run folder. The system lets go of it
 * when a process dies, however it dies; the file {@value #NAME} that then stays behind means
 * nothing. {@code close()} may be called twice and removes the file.
 */
final class RunLock implements AutoCloseable {
  /** Name of the lock file in a run folder. */
  static final String NAME = ".betavae.lock";

  private static final int LARGEST_MARK = 1 << 16;
  private static final int ATTEMPTS = 100;

  /**
   * Folders that runs of this process hold. POSIX lets go of a file's locks as soon as the process
   * closes the file once, through whichever handle, so none of these may be opened again.
   */
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private final Path root;
  private final FileChannel channel;
  private boolean closed;

  /** A lock that is held, or, without a channel, only within this process. */
  private RunLock(Path root, FileChannel channel) {
    this.root = root;
    this.channel = channel;
  }

  /**
   * Takes the lock. Where the file system has none, the run goes on without.
   *
   * @param folder the run folder, which is there
   * @param onMessage told if there are no locks, one line
   * @throws TrainException if somebody else has it
   */
  static RunLock take(Path folder, Consumer<String> onMessage) {
    Path root = real(folder);
    if (!HELD.add(root)) {
      throw inUse(folder);
    }
    try {
      return new RunLock(root, lock(root, folder));
    } catch (IOException e) {
      onMessage.accept(
          "Cannot lock " + folder + " (" + e + "): let no other process write into it meanwhile");
      return new RunLock(root, null);
    } catch (RuntimeException e) {
      HELD.remove(root);
      throw e;
    }
  }

  private static Path real(Path folder) {
    try {
      return folder.toRealPath();
    } catch (IOException e) {
      return folder.toAbsolutePath().normalize();
    }
  }

  private static FileChannel lock(Path root, Path folder) throws IOException {
    Path file = root.resolve(NAME);
    for (int i = 0; i < ATTEMPTS; i++) {
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      boolean kept = false;
      try {
        FileLock lock = channel.tryLock();
        if (lock == null) {
          throw inUse(folder);
        }
        kept = isStill(file, channel);
        if (kept) {
          return channel;
        }
      } catch (OverlappingFileLockException e) {
        throw inUse(folder);
      } finally {
        if (!kept) {
          closeQuietly(channel);
        }
      }
    }
    throw inUse(folder);
  }

  /**
   * Whether the locked file is the one that others find under that name, and not one that whoever
   * had it before has removed meanwhile. Its size tells, which is known without opening it.
   */
  private static boolean isStill(Path file, FileChannel channel) throws IOException {
    int mark = ThreadLocalRandom.current().nextInt(LARGEST_MARK);
    channel.truncate(0);
    channel.write(ByteBuffer.allocate(1), mark);
    try {
      return Files.size(file) == mark + 1;
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  private static TrainException inUse(Path root) {
    return new TrainException(
        "run " + root + " is in use by another process. Wait for it, or name another folder.");
  }

  private static void closeQuietly(FileChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      return; // the system lets go of it when the process ends
    }
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    if (channel != null) {
      removeWhileHeld();
      closeQuietly(channel);
    }
    HELD.remove(root);
  }

  /** Where an open file cannot be removed, as on some systems, it stays, and means nothing. */
  private void removeWhileHeld() {
    try {
      Files.deleteIfExists(root.resolve(NAME));
    } catch (IOException e) {
      return;
    }
  }
}
