package org.betavae.export.tf;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32C;
import org.betavae.export.ConversionException;

/**
 * The key-value file in which TensorFlow keeps the index of a checkpoint: LevelDB's table format
 * without compression.
 *
 * <p>Layout, from the end: a footer of 48 bytes with the places of two blocks, then the index
 * block, whose values are the places of the data blocks. A block is a run of entries, each sharing
 * a prefix of the key before it, followed by restart points, one byte for the compression and a
 * masked CRC-32C. Source: TensorFlow, {@code tsl/lib/io/format.cc} and {@code block.cc}.
 */
final class TableFile {
  /** The last eight bytes of every such file. */
  static final long MAGIC = 0xdb4775248b80fb57L;

  private static final int FOOTER = 48;
  private static final int TRAILER = 5;

  /** An index holds names and places only; this many bytes would be millions of variables. */
  private static final long LARGEST_INDEX = 1L << 28;

  private static final int CRC_DELTA = 0xa282ead8;

  private final Path file;
  private final ByteBuffer data;

  private TableFile(Path file, ByteBuffer data) {
    this.file = file;
    this.data = data;
  }

  /** Reads all entries in the order of the file; a key has one character for each of its bytes. */
  static Map<String, byte[]> read(Path file) {
    byte[] bytes;
    try {
      long size = Files.size(file);
      if (size > LARGEST_INDEX) {
        throw new ConversionException(
            "Cannot read "
                + file
                + ": it has "
                + size
                + " bytes, expected an index of at most "
                + LARGEST_INDEX
                + ". The file is damaged; copy it again.");
      }
      bytes = Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      throw new ConversionException(
          "Cannot read "
              + file
              + ": no such file, expected the index of the model's variables. Copy the folder"
              + " 'variables' with the model.",
          e);
    } catch (IOException e) {
      throw new ConversionException(
          "Cannot read " + file + ": " + e + ". Check that the file can be read.", e);
    }
    return new TableFile(file, ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN)).entries();
  }

  private Map<String, byte[]> entries() {
    int size = data.capacity();
    if (size < FOOTER || data.getLong(size - 8) != MAGIC) {
      throw fail(
          Math.max(0, size - FOOTER),
          "no table footer in " + size + " bytes",
          "expected a checkpoint index");
    }
    ByteBuffer footer = slice(size - FOOTER, FOOTER - 8);
    varint(footer, size - FOOTER);
    varint(footer, size - FOOTER);
    long indexOffset = varint(footer, size - FOOTER);
    long indexSize = varint(footer, size - FOOTER);
    Map<String, byte[]> out = new LinkedHashMap<>();
    Map<String, byte[]> index = new LinkedHashMap<>();
    block(indexOffset, indexSize, index);
    for (byte[] place : index.values()) {
      ByteBuffer handle = ByteBuffer.wrap(place);
      long offset = varint(handle, indexOffset);
      block(offset, varint(handle, indexOffset), out);
    }
    return out;
  }

  private void block(long offset, long size, Map<String, byte[]> into) {
    if (offset < 0
        || size < 4
        || size > data.capacity()
        || offset > data.capacity() - size - TRAILER) {
      throw fail(
          offset,
          "a block of " + size + " bytes",
          "expected one that ends within the file's " + data.capacity());
    }
    int start = (int) offset;
    int length = (int) size;
    byte kind = data.get(start + length);
    int wanted = data.getInt(start + length + 1);
    CRC32C crc = new CRC32C();
    crc.update(slice(start, length + 1));
    if (masked(crc) != wanted) {
      throw fail(
          offset,
          "a block with the checksum " + Integer.toHexString(masked(crc)),
          "expected " + Integer.toHexString(wanted));
    }
    if (kind != 0) {
      throw fail(
          offset,
          "a block with compression " + kind,
          "expected 0, none, as TensorFlow writes checkpoints");
    }
    long restarts = data.getInt(start + length - 4) & 0xffffffffL;
    long entriesEnd = length - 4 - 4 * restarts;
    if (entriesEnd < 0) {
      throw fail(
          offset,
          "a block with " + restarts + " restart points",
          "expected no more than fit into its " + length + " bytes");
    }
    readEntries(slice(start, (int) entriesEnd), start, into);
  }

  private void readEntries(ByteBuffer in, int start, Map<String, byte[]> into) {
    byte[] key = new byte[0];
    while (in.hasRemaining()) {
      int at = start + in.position();
      long shared = varint(in, at);
      long fresh = varint(in, at);
      long valueSize = varint(in, at);
      if (shared > key.length
          || fresh > in.remaining()
          || valueSize > in.remaining() - fresh
          || shared < 0
          || fresh < 0
          || valueSize < 0) {
        throw fail(
            at,
            "an entry with key " + shared + "+" + fresh + " and value of " + valueSize + " bytes",
            "expected one that ends within its block");
      }
      byte[] next = new byte[(int) (shared + fresh)];
      System.arraycopy(key, 0, next, 0, (int) shared);
      in.get(next, (int) shared, (int) fresh);
      byte[] value = new byte[(int) valueSize];
      in.get(value);
      into.put(new String(next, StandardCharsets.ISO_8859_1), value);
      key = next;
    }
  }

  private ByteBuffer slice(int offset, int length) {
    return data.duplicate().position(offset).limit(offset + length).slice();
  }

  private long varint(ByteBuffer in, long at) {
    long value = 0;
    for (int shift = 0; shift < 64 && in.hasRemaining(); shift += 7) {
      byte b = in.get();
      value |= (b & 0x7fL) << shift;
      if (b >= 0) {
        return value;
      }
    }
    throw fail(at, "a number that does not end", "expected a varint of at most 10 bytes");
  }

  /** The form in which TensorFlow stores a CRC-32C. */
  static int masked(CRC32C crc) {
    return Integer.rotateRight((int) crc.getValue(), 15) + CRC_DELTA;
  }

  private ConversionException fail(long at, String got, String expected) {
    return new ConversionException(
        "Cannot read "
            + file
            + ": at byte "
            + at
            + " there is "
            + got
            + ", "
            + expected
            + ". The file is cut off or damaged; copy it again.");
  }
}
