package org.betavae.export.tf;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Writes the key-value file that {@link TableFile} reads.
 *
 * <p>Source: TensorFlow, {@code tsl/lib/io/table_builder.cc} and {@code block_builder.cc}.
 */
final class TableWriter {
  /** A block is closed when it has grown over this, as TensorFlow's own writer does. */
  private static final int BLOCK_BYTES = 1 << 18;

  /** Every so many entries a key stands whole, for binary search. */
  private static final int RESTART_INTERVAL = 16;

  private static final int HANDLES = 40;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final Block index = new Block(1);
  private Block block = new Block(RESTART_INTERVAL);
  private byte[] last = new byte[0];

  /** Adds an entry; keys have to come in the order of their bytes, unsigned. */
  void add(byte[] key, byte[] value) {
    block.add(key, value);
    last = key;
    if (block.size() >= BLOCK_BYTES) {
      closeBlock();
    }
  }

  /** The whole file. */
  byte[] toBytes() {
    closeBlock();
    byte[] meta = write(new Block(1));
    byte[] places = write(index);
    ByteBuffer footer = ByteBuffer.allocate(HANDLES + Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    footer.put(meta).put(places).position(HANDLES);
    footer.putLong(TableFile.MAGIC);
    out.writeBytes(footer.array());
    return out.toByteArray();
  }

  private void closeBlock() {
    if (block.isEmpty()) {
      return;
    }
    index.add(last, write(block));
    block = new Block(RESTART_INTERVAL);
  }

  /** Appends a block with its trailer and gives its place. */
  private byte[] write(Block b) {
    byte[] content = b.toBytes();
    ByteArrayOutputStream place = new ByteArrayOutputStream();
    varint(place, out.size());
    varint(place, content.length);
    out.writeBytes(content);
    out.write(0); // no compression
    CRC32C crc = new CRC32C();
    crc.update(content);
    crc.update(0);
    out.writeBytes(
        ByteBuffer.allocate(4)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putInt(TableFile.masked(crc))
            .array());
    return place.toByteArray();
  }

  private static void varint(ByteArrayOutputStream to, long value) {
    long v = value;
    while (v > 0x7f) {
      to.write((int) ((v & 0x7f) | 0x80));
      v >>>= 7;
    }
    to.write((int) v);
  }

  /** Entries that share prefixes of their keys. */
  private static final class Block {
    private final int interval;
    private final ByteArrayOutputStream entries = new ByteArrayOutputStream();
    private final List<Integer> restarts = new ArrayList<>(List.of(0));
    private byte[] last = new byte[0];
    private int count;

    Block(int interval) {
      this.interval = interval;
    }

    void add(byte[] key, byte[] value) {
      int shared = 0;
      if (count > 0 && count % interval == 0) {
        restarts.add(entries.size());
      } else {
        while (shared < Math.min(last.length, key.length) && last[shared] == key[shared]) {
          shared++;
        }
      }
      varint(entries, shared);
      varint(entries, key.length - shared);
      varint(entries, value.length);
      entries.write(key, shared, key.length - shared);
      entries.writeBytes(value);
      last = key;
      count++;
    }

    boolean isEmpty() {
      return count == 0;
    }

    int size() {
      return entries.size();
    }

    byte[] toBytes() {
      ByteBuffer tail = ByteBuffer.allocate(4 * restarts.size() + 4).order(ByteOrder.LITTLE_ENDIAN);
      restarts.forEach(tail::putInt);
      tail.putInt(restarts.size());
      ByteArrayOutputStream whole = new ByteArrayOutputStream();
      whole.writeBytes(entries.toByteArray());
      whole.writeBytes(tail.array());
      return whole.toByteArray();
    }
  }
}
