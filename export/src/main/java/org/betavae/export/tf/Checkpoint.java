package org.betavae.export.tf;

import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32C;
import org.betavae.export.ConversionException;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;
import org.tensorflow.proto.BundleEntryProto;
import org.tensorflow.proto.BundleHeaderProto;

/**
 * TensorFlow's checkpoint of a model's variables: an index and one or several files of raw tensors
 * ("tensor bundle", version 2).
 *
 * <p>Checksums of the index and of every tensor read are verified. Files are open only while a
 * tensor is read.
 */
final class Checkpoint {
  private final Path prefix;
  private final Path index;
  private final Map<String, byte[]> entries;
  private final int shards;

  private Checkpoint(Path prefix, Path index, Map<String, byte[]> entries, int shards) {
    this.prefix = prefix;
    this.index = index;
    this.entries = entries;
    this.shards = shards;
  }

  /** Reads the index of {@code prefix.index}. */
  static Checkpoint open(Path prefix) {
    Path index = prefix.resolveSibling(prefix.getFileName() + ".index");
    Map<String, byte[]> entries = TableFile.read(index);
    byte[] header = entries.get("");
    if (header == null) {
      throw fail(
          index, "it has no header entry", "expected the index of a TensorFlow checkpoint", null);
    }
    try {
      BundleHeaderProto h = BundleHeaderProto.parseFrom(header);
      if (h.getEndianness() != BundleHeaderProto.Endianness.LITTLE || h.getNumShards() < 1) {
        throw fail(
            index,
            "its header says " + h.getEndianness() + " endian and " + h.getNumShards() + " files",
            "expected little endian and at least one file",
            null);
      }
      return new Checkpoint(prefix, index, entries, h.getNumShards());
    } catch (InvalidProtocolBufferException e) {
      throw fail(
          index,
          "its header entry is no BundleHeaderProto",
          "expected the index of a TensorFlow checkpoint",
          e);
    }
  }

  /** Keys of all tensors, the header left out. */
  Set<String> keys() {
    Set<String> keys = new java.util.TreeSet<>(entries.keySet());
    keys.remove("");
    return keys;
  }

  /** Reads one tensor and verifies its checksum. */
  Tensor read(String key) {
    BundleEntryProto e = entry(key);
    ElementType type = ElementType.ofTf(e.getDtypeValue());
    if (type == null || type.bytes() == 0) {
      String got = "variable '%s' has element type %s".formatted(key, e.getDtype());
      throw fail(index, got, "expected a numeric type", null);
    }
    long[] shape = e.getShape().getDimList().stream().mapToLong(d -> d.getSize()).toArray();
    checkPlace(e, key, TfTensors.bytes(shape, type, index + ": variable '" + key + "'"));
    ByteBuffer data = readShard(e, key);
    CRC32C crc = new CRC32C();
    crc.update(data.duplicate());
    if (TableFile.masked(crc) != e.getCrc32C()) {
      String got =
          "variable '%s' at byte %d has the checksum %08x"
              .formatted(key, e.getOffset(), TableFile.masked(crc));
      throw fail(shard(e.getShardId()), got, "expected %08x".formatted(e.getCrc32C()), null);
    }
    return Tensor.of(type, shape, data);
  }

  private BundleEntryProto entry(String key) {
    byte[] bytes = entries.get(key);
    if (bytes == null) {
      String expected = "expected one of its %d (%s)".formatted(entries.size() - 1, some());
      throw fail(index, "it has no variable '" + key + "'", expected, null);
    }
    try {
      return BundleEntryProto.parseFrom(bytes);
    } catch (InvalidProtocolBufferException x) {
      throw fail(index, "entry '" + key + "' is no BundleEntryProto", "expected one", x);
    }
  }

  private void checkPlace(BundleEntryProto e, String key, long size) {
    if (e.getSlicesCount() > 0) {
      String got = "variable '%s' is stored in %d slices".formatted(key, e.getSlicesCount());
      String expected = "expected whole variables: save the model without a partitioner";
      throw fail(index, got, expected, null);
    }
    boolean shardKnown = e.getShardId() >= 0 && e.getShardId() < shards;
    if (size != e.getSize() || !shardKnown || e.getOffset() < 0) {
      String got =
          "variable '%s' has %d bytes at %d of file %d"
              .formatted(key, e.getSize(), e.getOffset(), e.getShardId());
      String expected =
          "expected %d bytes for its shape in one of %d files".formatted(size, shards);
      throw fail(index, got, expected, null);
    }
  }

  private ByteBuffer readShard(BundleEntryProto e, String key) {
    Path file = shard(e.getShardId());
    try (FileChannel in = FileChannel.open(file)) {
      if (e.getOffset() > in.size() - e.getSize()) {
        throw fail(
            file,
            "variable '"
                + key
                + "' is at bytes "
                + e.getOffset()
                + " to "
                + (e.getOffset() + e.getSize()),
            "expected them within the file's " + in.size(),
            null);
      }
      ByteBuffer data = ByteBuffer.allocate((int) e.getSize());
      long at = e.getOffset();
      while (data.hasRemaining()) {
        int n = in.read(data, at + data.position());
        if (n < 0) {
          throw fail(
              file,
              "it ended while variable '" + key + "' was read",
              "expected " + e.getSize() + " bytes at " + at,
              null);
        }
      }
      return data.flip();
    } catch (NoSuchFileException x) {
      throw fail(file, "no such file", "expected it to hold variable '" + key + "'", x);
    } catch (IOException x) {
      throw fail(file, x.toString(), "expected to read variable '" + key + "'", x);
    }
  }

  private Path shard(int id) {
    return prefix.resolveSibling(
        String.format("%s.data-%05d-of-%05d", prefix.getFileName(), id, shards));
  }

  private String some() {
    return String.join(", ", keys().stream().limit(8).toList())
        + (keys().size() > 8 ? ", ..." : "");
  }

  private static ConversionException fail(Path file, String got, String expected, Throwable cause) {
    return new ConversionException(
        "Cannot read "
            + file
            + ": "
            + got
            + ", "
            + expected
            + ". The variables are incomplete or damaged; copy the whole model folder again.",
        cause);
  }
}
