package org.betavae.data;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Bytes of any number, in segments of equal size (the last one shorter), in memory or mapped from a
 * file. Numbers of 1, 2, 4 and 8 bytes that lie at a multiple of their size never cross segments.
 *
 * <p>Reading by position is safe for many threads.
 */
final class ByteStore implements AutoCloseable {
  private static final int MAPPED_SHIFT = 30;

  private final ByteBuffer[] segments;
  private final int shift;
  private final long length;
  private final Closeable resource;

  ByteStore(ByteBuffer[] segments, int shift, long length, Closeable resource) {
    this.segments = segments;
    this.shift = shift;
    this.length = length;
    this.resource = resource;
  }

  /** Maps a part of a file; segments past the file's end make this fail. */
  static ByteStore map(Path file, long offset, long length) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return map(channel, offset, length, () -> {});
    }
  }

  static ByteStore map(FileChannel channel, long offset, long length, Closeable resource)
      throws IOException {
    int count = (int) ((length + (1L << MAPPED_SHIFT) - 1) >>> MAPPED_SHIFT);
    ByteBuffer[] segments = new ByteBuffer[count];
    for (int i = 0; i < count; i++) {
      long start = (long) i << MAPPED_SHIFT;
      long size = Math.min(1L << MAPPED_SHIFT, length - start);
      segments[i] = channel.map(MapMode.READ_ONLY, offset + start, size);
    }
    return new ByteStore(segments, MAPPED_SHIFT, length, resource);
  }

  ByteStore order(ByteOrder order) {
    for (ByteBuffer segment : segments) {
      segment.order(order);
    }
    return this;
  }

  long length() {
    return length;
  }

  /** The segment that holds a position. */
  ByteBuffer segment(long position) {
    return segments[(int) (position >>> shift)];
  }

  /** Where a position lies in its segment. */
  int within(long position) {
    return (int) (position & ((1L << shift) - 1));
  }

  /** How many bytes follow in the segment, from a position on. */
  int rest(long position) {
    return segment(position).limit() - within(position);
  }

  @Override
  public void close() {
    try {
      resource.close();
    } catch (IOException e) {
      throw ByteStoreWriter.failure(e);
    }
  }
}
