package org.betavae.infer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** Little-endian float32 arrays of a NumPy archive, C order; others are left out. */
final class Npz {
  private static final Pattern SHAPE = Pattern.compile("'shape': *\\(([^)]*)\\)");

  private Npz() {}

  /** One array. */
  static final class Floats {
    private final int[] shape;
    private final float[] values;

    Floats(int[] shape, float[] values) {
      this.shape = shape;
      this.values = values;
    }

    int[] shape() {
      return shape;
    }

    float[] values() {
      return values;
    }
  }

  static Map<String, Floats> read(Path file) throws IOException {
    Map<String, Floats> arrays = new LinkedHashMap<>();
    try (ZipFile zip = new ZipFile(file.toFile())) {
      Enumeration<? extends ZipEntry> entries = zip.entries();
      while (entries.hasMoreElements()) {
        ZipEntry entry = entries.nextElement();
        byte[] bytes = zip.getInputStream(entry).readAllBytes();
        int headerStart = bytes[6] == 1 ? 10 : 12;
        ByteBuffer data = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int headerLength = bytes[6] == 1 ? data.getShort(8) : data.getInt(8);
        String header = new String(bytes, headerStart, headerLength, StandardCharsets.US_ASCII);
        if (header.contains("'<f4'") && header.contains("'fortran_order': False")) {
          float[] values = new float[(bytes.length - headerStart - headerLength) / Float.BYTES];
          data.position(headerStart + headerLength)
              .slice()
              .order(ByteOrder.LITTLE_ENDIAN)
              .asFloatBuffer()
              .get(values);
          arrays.put(entry.getName().replace(".npy", ""), new Floats(shape(header), values));
        }
      }
    }
    return arrays;
  }

  private static int[] shape(String header) {
    Matcher matcher = SHAPE.matcher(header);
    if (!matcher.find()) {
      throw new IllegalArgumentException("no shape in " + header);
    }
    return Arrays.stream(matcher.group(1).split(","))
        .map(String::strip)
        .filter(part -> !part.isEmpty())
        .mapToInt(Integer::parseInt)
        .toArray();
  }
}
