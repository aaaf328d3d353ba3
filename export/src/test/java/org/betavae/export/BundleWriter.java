package org.betavae.export;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.tensorflow.proto.BundleEntryProto;
import org.tensorflow.proto.BundleHeaderProto;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.TensorShapeProto;

/** Writes checkpoints in TensorFlow's format, several files and blocks, for tests of reading. */
public final class BundleWriter {
  private BundleWriter() {}

  /**
   * Writes {@code prefix.index} and {@code prefix.data-*}; tensors go to the files in turn, and a
   * block of the index holds a few entries.
   *
   * @param shards number of data files
   */
  public static void write(Path prefix, Map<String, Tensor> tensors, int shards) {
    try {
      Files.createDirectories(prefix.getParent());
      List<ByteArrayOutputStream> data = new ArrayList<>();
      for (int i = 0; i < shards; i++) {
        data.add(new ByteArrayOutputStream());
      }
      TreeMap<String, byte[]> entries = new TreeMap<>();
      entries.put("", BundleHeaderProto.newBuilder().setNumShards(shards).build().toByteArray());
      int next = 0;
      for (Map.Entry<String, Tensor> e : new TreeMap<>(tensors).entrySet()) {
        entries.put(e.getKey(), entry(e.getValue(), next % shards, data.get(next % shards)));
        next++;
      }
      for (int i = 0; i < shards; i++) {
        Files.write(shard(prefix, i, shards), data.get(i).toByteArray());
      }
      Files.write(index(prefix), table(entries));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Path of the index. */
  public static Path index(Path prefix) {
    return prefix.resolveSibling(prefix.getFileName() + ".index");
  }

  /** Path of a data file. */
  public static Path shard(Path prefix, int i, int shards) {
    return prefix.resolveSibling(
        String.format("%s.data-%05d-of-%05d", prefix.getFileName(), i, shards));
  }

  private static byte[] entry(Tensor t, int shard, ByteArrayOutputStream data) {
    byte[] bytes = new byte[t.data().remaining()];
    t.data().get(bytes);
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (long d : t.shape()) {
      shape.addDim(TensorShapeProto.Dim.newBuilder().setSize(d));
    }
    BundleEntryProto entry =
        BundleEntryProto.newBuilder()
            .setDtype(DataType.forNumber(t.type().tfNumber()))
            .setShape(shape)
            .setShardId(shard)
            .setOffset(data.size())
            .setSize(bytes.length)
            .setCrc32C(masked(bytes))
            .build();
    data.writeBytes(bytes);
    return entry.toByteArray();
  }

  /** A table of blocks of three entries. */
  public static byte[] table(SortedMap<String, byte[]> entries) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    TreeMap<String, byte[]> index = new TreeMap<>();
    TreeMap<String, byte[]> block = new TreeMap<>();
    for (Map.Entry<String, byte[]> e : entries.entrySet()) {
      block.put(e.getKey(), e.getValue());
      if (block.size() == 3 || e.getKey().equals(entries.lastKey())) {
        index.put(e.getKey(), block(out, block));
        block.clear();
      }
    }
    byte[] meta = block(out, new TreeMap<>());
    byte[] indexPlace = block(out, index);
    ByteBuffer footer = ByteBuffer.allocate(48).order(ByteOrder.LITTLE_ENDIAN);
    footer.put(meta).put(indexPlace).position(40);
    footer.putLong(0xdb4775248b80fb57L);
    out.writeBytes(footer.array());
    return out.toByteArray();
  }

  /** Appends a block and gives its place. */
  private static byte[] block(ByteArrayOutputStream out, SortedMap<String, byte[]> entries) {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    byte[] last = new byte[0];
    for (Map.Entry<String, byte[]> e : entries.entrySet()) {
      byte[] key = e.getKey().getBytes(StandardCharsets.UTF_8);
      int shared = 0;
      while (shared < Math.min(last.length, key.length) && last[shared] == key[shared]) {
        shared++;
      }
      block.writeBytes(varints(shared, key.length - shared, e.getValue().length));
      block.write(key, shared, key.length - shared);
      block.writeBytes(e.getValue());
      last = key;
    }
    block.writeBytes(
        ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putInt(0).putInt(1).array());
    byte[] place = varints(out.size(), block.size());
    block.write(0);
    byte[] bytes = block.toByteArray();
    out.writeBytes(bytes);
    out.writeBytes(
        ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(masked(bytes)).array());
    return place;
  }

  private static byte[] varints(long... values) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (long value : values) {
      long v = value;
      while (v > 0x7f) {
        out.write((int) ((v & 0x7f) | 0x80));
        v >>>= 7;
      }
      out.write((int) v);
    }
    return out.toByteArray();
  }

  private static int masked(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return Integer.rotateRight((int) crc.getValue(), 15) + 0xa282ead8;
  }
}
