package org.betavae.export;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** Reads the numpy archives of the reference models. */
final class Npz {
  private static final Pattern HEADER =
      Pattern.compile(
          "'descr': '[<|]([a-z])(\\d+)', 'fortran_order': False, 'shape': \\(([^)]*)\\)");
  private static final Map<String, ElementType> TYPES =
      Map.of(
          "f4",
          ElementType.FLOAT32,
          "f8",
          ElementType.FLOAT64,
          "i4",
          ElementType.INT32,
          "i8",
          ElementType.INT64,
          "b1",
          ElementType.BOOL,
          "u1",
          ElementType.UINT8,
          "f2",
          ElementType.FLOAT16);

  private Npz() {}

  static Map<String, Tensor> read(Path file) {
    Map<String, Tensor> out = new LinkedHashMap<>();
    try (InputStream in = Files.newInputStream(file);
        ZipInputStream zip = new ZipInputStream(in)) {
      for (ZipEntry e = zip.getNextEntry(); e != null; e = zip.getNextEntry()) {
        out.put(e.getName().replaceFirst("\\.npy$", ""), array(zip.readAllBytes()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out;
  }

  private static Tensor array(byte[] bytes) {
    ByteBuffer data = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int headerAt = bytes[6] == 1 ? 10 : 12;
    int headerLength = bytes[6] == 1 ? data.getShort(8) & 0xffff : data.getInt(8);
    String header = new String(bytes, headerAt, headerLength, StandardCharsets.ISO_8859_1);
    Matcher m = HEADER.matcher(header);
    if (!m.find()) {
      throw new IllegalArgumentException("unexpected header " + header);
    }
    long[] shape =
        Arrays.stream(m.group(3).split(","))
            .map(String::strip)
            .filter(s -> !s.isEmpty())
            .mapToLong(Long::parseLong)
            .toArray();
    return Tensor.of(
        TYPES.get(m.group(1) + m.group(2)), shape, data.position(headerAt + headerLength).slice());
  }
}
