package org.betavae.export.tf;

import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.CRC32C;
import org.betavae.export.ConversionException;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;
import org.tensorflow.proto.BundleEntryProto;
import org.tensorflow.proto.BundleHeaderProto;
import org.tensorflow.proto.TensorSliceProto;

/**
 * TensorFlow's checkpoint of a model's variables: an index and one or several files of raw tensors
 * ("tensor bundle", version 2).
 *
 * <p>Checksums of the index and of every tensor read are verified. Files are open only while a
 * tensor is read; large ones stay mapped as long as their tensors are used.
 */
final class Checkpoint {
  /** Files above this are mapped, so that their tensors need no memory of the JVM's heap. */
  private static final long LARGEST_READ = 1L << 28;

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
    checkInside(prefix, index);
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

  /** Keys of all tensors. */
  Set<String> keys() {
    Set<String> keys = new TreeSet<>();
    for (String raw : entries.keySet()) {
      if (!raw.isEmpty() && raw.charAt(0) != 0) { // the header and parts of variables
        keys.add(new String(raw.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8));
      }
    }
    return keys;
  }

  /** Reads one tensor, of all its parts if it is stored in several, and verifies checksums. */
  Tensor read(String key) {
    BundleEntryProto e =
        entry(new String(key.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1), key);
    ElementType type = ElementType.ofTf(e.getDtypeValue());
    if (type == null || type.bytes() == 0) {
      String got = "variable '%s' has element type %s".formatted(key, e.getDtype());
      throw fail(index, got, "expected a numeric type", null);
    }
    long[] shape = e.getShape().getDimList().stream().mapToLong(d -> d.getSize()).toArray();
    long bytes = TfTensors.bytes(shape, type, index + ": variable '" + key + "'");
    return e.getSlicesCount() > 0
        ? join(e, key, type, shape, bytes)
        : Tensor.of(type, shape, read(e, key, bytes));
  }

  private ByteBuffer read(BundleEntryProto e, String key, long bytes) {
    checkPlace(e, key, bytes);
    ByteBuffer data = readShard(e, key);
    CRC32C crc = new CRC32C();
    crc.update(data.duplicate());
    if (TableFile.masked(crc) != e.getCrc32C()) {
      String got =
          "variable '%s' at byte %d has the checksum %08x"
              .formatted(key, e.getOffset(), TableFile.masked(crc));
      throw fail(shard(e.getShardId()), got, "expected %08x".formatted(e.getCrc32C()), null);
    }
    return data;
  }

  /** A variable that is stored in parts. */
  private Tensor join(
      BundleEntryProto e, String key, ElementType type, long[] shape, long wholeBytes) {
    List<Slice> slices = new ArrayList<>();
    List<ByteBuffer> parts = new ArrayList<>();
    long found = 0;
    for (TensorSliceProto p : e.getSlicesList()) {
      Slice slice = Slice.of(p, shape);
      if (!slice.isWithin(shape)) {
        String got =
            "variable '%s' of shape %s has the part %s"
                .formatted(key, Arrays.toString(shape), slice);
        throw fail(index, got, "expected parts inside of it", null);
      }
      String what = index + ": variable '" + key + "', part " + slice;
      long bytes = TfTensors.bytes(slice.shape(), type, what);
      found += bytes;
      slices.add(slice);
      parts.add(read(entry(Slice.key(key, p), key), key, bytes));
    }
    if (found != wholeBytes) {
      String got = "the parts of variable '%s' hold %d bytes".formatted(key, found);
      throw fail(index, got, "expected " + wholeBytes + " for its shape", null);
    }
    ByteBuffer whole = ByteBuffer.allocate((int) wholeBytes);
    for (int i = 0; i < parts.size(); i++) {
      slices.get(i).paste(parts.get(i), whole, shape, type.bytes());
    }
    return Tensor.of(type, shape, whole);
  }

  /**
   * An entry of the index.
   *
   * @param raw its key, one character for each byte
   * @param key of the variable, for messages
   */
  private BundleEntryProto entry(String raw, String key) {
    byte[] bytes = entries.get(raw);
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
    checkInside(prefix, file);
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
      if (in.size() > LARGEST_READ) {
        return in.map(FileChannel.MapMode.READ_ONLY, e.getOffset(), e.getSize());
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

  /** A link may not lead to files that are no part of the model. */
  private static void checkInside(Path prefix, Path file) {
    Path folder = prefix.toAbsolutePath().getParent().getParent();
    try {
      if (Files.exists(file) && !file.toRealPath().startsWith(folder.toRealPath())) {
        throw new ConversionException(
            "Cannot read "
                + file
                + ": it is a link to "
                + file.toRealPath()
                + ", expected a file inside of "
                + folder
                + ". Copy the model with what its links point to, as 'cp -rL' does.");
      }
    } catch (IOException e) {
      throw fail(file, e.toString(), "expected a readable file", e);
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
