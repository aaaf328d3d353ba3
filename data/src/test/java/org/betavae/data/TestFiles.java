package org.betavae.data;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.function.Executable;

/** Files for tests, byte by byte, and what every error must be. */
final class TestFiles {
  private TestFiles() {}

  /** A NumPy array file of format version 1.0. */
  static byte[] npy(String descr, boolean fortran, String shape, byte[] data) {
    return npy(1, descr, fortran, shape, data);
  }

  static byte[] npy(int version, String descr, boolean fortran, String shape, byte[] data) {
    String header =
        "{'descr': %s, 'fortran_order': %s, 'shape': %s, }\n"
            .formatted(
                descr.startsWith("[") ? descr : "'" + descr + "'",
                fortran ? "True" : "False",
                shape);
    byte[] text = header.getBytes(StandardCharsets.UTF_8);
    int lengthBytes = version == 1 ? 2 : 4;
    ByteBuffer buffer = ByteBuffer.allocate(8 + lengthBytes + text.length + data.length);
    buffer.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', (byte) version, 0});
    for (int i = 0; i < lengthBytes; i++) {
      buffer.put((byte) (text.length >>> (8 * i)));
    }
    return buffer.put(text).put(data).array();
  }

  /** Unsigned bytes. */
  static byte[] bytes(int... values) {
    byte[] result = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      result[i] = (byte) values[i];
    }
    return result;
  }

  /** Little-endian float32. */
  static byte[] floats(float... values) {
    ByteBuffer buffer =
        ByteBuffer.allocate(4 * values.length).order(java.nio.ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      buffer.putFloat(value);
    }
    return buffer.array();
  }

  /** Little-endian int64. */
  static byte[] longs(long... values) {
    ByteBuffer buffer =
        ByteBuffer.allocate(8 * values.length).order(java.nio.ByteOrder.LITTLE_ENDIAN);
    for (long value : values) {
      buffer.putLong(value);
    }
    return buffer.array();
  }

  /** An IDX file with the given type code. */
  static byte[] idx(int type, int[] shape, byte[] data) {
    ByteBuffer buffer = ByteBuffer.allocate(4 + 4 * shape.length + data.length);
    buffer.put(bytes(0, 0, type, shape.length));
    for (int size : shape) {
      buffer.putInt(size);
    }
    return buffer.put(data).array();
  }

  static byte[] gzip(byte[] data) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(data);
    }
    return out.toByteArray();
  }

  /** A zip file of the given entries. */
  static byte[] zip(Map<String, byte[]> entries) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
        zip.putNextEntry(new ZipEntry(entry.getKey()));
        zip.write(entry.getValue());
      }
    }
    return out.toByteArray();
  }

  static Path write(Path folder, String name, byte[] data) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.write(file, data);
  }

  static Dataset open(Path file) {
    return DataSources.open(file.toString(), SourceOptions.defaults());
  }

  /** The values of one item. */
  static float[] item(Dataset data, int index) {
    float[] values = new float[data.shape().size()];
    data.read(index, values, 0);
    return values;
  }

  /** The folder of shared data; tests that need it are skipped where it is missing. */
  static Path shared(String path) {
    return Path.of(System.getProperty("betavae.shared", "../shared")).resolve(path);
  }

  /** Asserts a {@link DataException} of one line, without class names, that holds every part. */
  static void assertBadData(Executable action, String... parts) {
    assertOneLine(assertThrows(DataException.class, action), parts);
  }

  static void assertBadArgument(Executable action, String... parts) {
    assertOneLine(assertThrows(IllegalArgumentException.class, action), parts);
  }

  static void assertOneLine(Exception e, String... parts) {
    String message = e.getMessage();
    assertFalse(message.contains("\n"), () -> "one line: " + message);
    assertFalse(
        message.contains("java.") || message.contains("Exception"),
        () -> "no class names: " + message);
    assertTrue(message.contains("expected"), () -> "what was expected: " + message);
    assertTrue(message.endsWith(".") || message.endsWith("?") || message.endsWith(")"), message);
    for (String part : parts) {
      assertTrue(message.contains(part), () -> "'" + part + "' in: " + message);
    }
  }
}
