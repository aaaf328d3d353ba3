package org.betavae.export.tf;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.betavae.export.Tensor;
import org.tensorflow.proto.BundleEntryProto;
import org.tensorflow.proto.BundleHeaderProto;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.VersionDef;

/**
 * Writes a checkpoint that {@link Checkpoint} and TensorFlow's savers read: {@code prefix.index}
 * and one file of raw tensors. Tensors go to the file one by one, so that all of them together may
 * be larger than the memory.
 */
final class CheckpointWriter {
  /** Version of the format that TensorFlow writes since 1.0. */
  private static final int VERSION = 1;

  private CheckpointWriter() {}

  /** Writes tensors under their names. */
  static void write(Path prefix, Map<String, Tensor> tensors) throws IOException {
    TreeMap<byte[], Tensor> sorted = new TreeMap<>(Arrays::compareUnsigned);
    tensors.forEach((name, t) -> sorted.put(name.getBytes(StandardCharsets.UTF_8), t));
    TableWriter index = new TableWriter();
    BundleHeaderProto header =
        BundleHeaderProto.newBuilder()
            .setNumShards(1)
            .setVersion(VersionDef.newBuilder().setProducer(VERSION))
            .build();
    index.add(new byte[0], header.toByteArray());
    Path data = prefix.resolveSibling(prefix.getFileName() + ".data-00000-of-00001");
    try (FileChannel out =
        FileChannel.open(data, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      for (Map.Entry<byte[], Tensor> e : sorted.entrySet()) {
        Tensor t = e.getValue();
        CRC32C crc = new CRC32C();
        crc.update(t.data());
        BundleEntryProto entry =
            BundleEntryProto.newBuilder()
                .setDtype(DataType.forNumber(t.type().tfNumber()))
                .setShape(GraphDefWriter.shape(t))
                .setOffset(out.position())
                .setSize((long) t.size() * t.type().bytes())
                .setCrc32C(TableFile.masked(crc))
                .build();
        index.add(e.getKey(), entry.toByteArray());
        ByteBuffer bytes = t.data();
        while (bytes.hasRemaining()) {
          out.write(bytes);
        }
      }
    }
    Files.write(prefix.resolveSibling(prefix.getFileName() + ".index"), index.toBytes());
  }
}
