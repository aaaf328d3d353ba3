package org.betavae.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Collects bytes of unknown number: in memory up to a limit, past it in a temporary file that is
 * mapped and goes away with the store. Memory grows only with the bytes that arrive, never with
 * what a header promises.
 */
final class ByteStoreWriter implements AutoCloseable {
  private static final int SHIFT = 22;
  private static final int SEGMENT_BYTES = 1 << SHIFT;

  private final long memoryLimit;
  private final List<byte[]> segments = new ArrayList<>();
  private long length;
  private FileChannel file;
  private boolean handedOver;

  ByteStoreWriter(long memoryLimit) {
    this.memoryLimit = memoryLimit;
  }

  /** A writer with the usual limit: a third of the memory that this JVM may use. */
  static ByteStoreWriter create() {
    return new ByteStoreWriter(Runtime.getRuntime().maxMemory() / 3);
  }

  long length() {
    return length;
  }

  void write(byte[] bytes, int offset, int count) {
    int done = 0;
    while (done < count) {
      int within = (int) (length & (SEGMENT_BYTES - 1));
      if (within == 0) {
        startSegment();
      }
      int part = Math.min(count - done, SEGMENT_BYTES - within);
      System.arraycopy(bytes, offset + done, segments.get(segments.size() - 1), within, part);
      length += part;
      done += part;
    }
  }

  private void startSegment() {
    if (segments.isEmpty()) {
      segments.add(new byte[SEGMENT_BYTES]);
    } else if (file != null || length + SEGMENT_BYTES > memoryLimit) {
      spill(SEGMENT_BYTES);
    } else {
      segments.add(new byte[SEGMENT_BYTES]);
    }
  }

  /** Moves all to the file, and keeps one segment to go on with. */
  private void spill(int bytesOfLast) {
    try {
      if (file == null) {
        Path path = Files.createTempFile("betavae-", ".tmp");
        file =
            FileChannel.open(
                path,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE,
                StandardOpenOption.DELETE_ON_CLOSE);
      }
      for (int i = 0; i < segments.size(); i++) {
        int count = i == segments.size() - 1 ? bytesOfLast : SEGMENT_BYTES;
        ByteBuffer buffer = ByteBuffer.wrap(segments.get(i), 0, count);
        while (buffer.hasRemaining()) {
          file.write(buffer);
        }
      }
      byte[] kept = segments.get(0);
      segments.clear();
      segments.add(kept);
    } catch (IOException e) {
      throw failure(e);
    }
  }

  /** One line for a full disk or a folder that cannot be written. */
  static UncheckedIOException failure(IOException cause) {
    return new UncheckedIOException(
        "cannot keep data in a temporary file in %s: %s, expected room for what does not fit into memory. Free some space, set -Djava.io.tmpdir to another folder or -Xmx to more memory."
            .formatted(System.getProperty("java.io.tmpdir"), Sources.reason(cause)),
        cause);
  }

  /** What was written. The writer is used up. */
  ByteStore finish() {
    if (file != null) {
      spill((int) (length - position()));
      return mapped();
    }
    ByteBuffer[] buffers = new ByteBuffer[segments.size()];
    for (int i = 0; i < buffers.length; i++) {
      int count = (int) Math.min(SEGMENT_BYTES, length - ((long) i << SHIFT));
      byte[] segment = segments.get(i);
      // Small data must not hold a whole segment.
      buffers[i] =
          ByteBuffer.wrap(count < segment.length ? Arrays.copyOf(segment, count) : segment);
    }
    handedOver = true;
    return new ByteStore(buffers, SHIFT, length, () -> {});
  }

  private long position() {
    try {
      return file.position();
    } catch (IOException e) {
      throw failure(e);
    }
  }

  private ByteStore mapped() {
    try {
      ByteStore store = ByteStore.map(file, 0, length, file);
      handedOver = true;
      return store;
    } catch (IOException e) {
      throw failure(e);
    }
  }

  /** Removes the temporary file, unless {@link #finish} handed it over. */
  @Override
  public void close() {
    if (!handedOver && file != null) {
      try {
        file.close();
      } catch (IOException e) {
        throw failure(e);
      }
    }
  }
}
