package org.betavae.train.checkpoint;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.betavae.data.NpyReader;
import org.betavae.data.NpzReader;
import org.betavae.data.NpzWriter;

/**
 * One checkpoint as an {@code .npz} file, which NumPy reads too: {@code state/...} holds the
 * counters, every other entry is a weight or a moment by its name and in its shape. Each entry
 * carries a CRC-32, so a damaged file is noticed.
 */
final class CheckpointFile {
  private static final int FORMAT_VERSION = 2;
  private static final String PREFIX = "state/";
  private static final String VERSION = PREFIX + "format_version";
  private static final String STEP = PREFIX + "step";
  private static final String SEED = PREFIX + "seed";
  private static final String PROGRESS = PREFIX + "progress/";

  private CheckpointFile() {}

  static void write(Path file, Checkpoint checkpoint) {
    try (NpzWriter out = NpzWriter.createUncompressed(file)) {
      out.add(VERSION, new int[] {FORMAT_VERSION}, 1);
      out.add(STEP, halves(checkpoint.step()), 2);
      out.add(SEED, halves(checkpoint.seed()), 2);
      checkpoint.progress().entrySet().stream()
          .sorted(Map.Entry.comparingByKey())
          .forEach(
              e ->
                  out.add(PROGRESS + e.getKey(), halves(Double.doubleToLongBits(e.getValue())), 2));
      checkpoint.arrays().entrySet().stream()
          .sorted(Map.Entry.comparingByKey())
          .forEach(
              e -> out.add(e.getKey(), e.getValue(), sizes(checkpoint.shapes().get(e.getKey()))));
      out.finish();
    }
  }

  static Checkpoint read(Path file) {
    try (NpzReader in = NpzReader.open(file)) {
      long version = longs(in, VERSION)[0];
      if (version != FORMAT_VERSION) {
        throw new IllegalArgumentException(
            "Checkpoint "
                + file
                + " has format version "
                + version
                + ", expected "
                + FORMAT_VERSION
                + ". Use the release that wrote it.");
      }
      Map<String, Double> progress = new LinkedHashMap<>();
      Map<String, float[]> arrays = new LinkedHashMap<>();
      Map<String, List<Long>> shapes = new LinkedHashMap<>();
      for (String name : in.names()) {
        if (name.startsWith(PROGRESS)) {
          progress.put(
              name.substring(PROGRESS.length()), Double.longBitsToDouble(joined(longs(in, name))));
        } else if (!name.startsWith(PREFIX)) {
          try (NpyReader array = in.get(name)) {
            arrays.put(name, array.toFloats());
            shapes.put(name, Arrays.stream(array.shape()).asLongStream().boxed().toList());
          }
        }
      }
      return new Checkpoint(
          joined(longs(in, STEP)), joined(longs(in, SEED)), progress, arrays, shapes);
    }
  }

  /** High and low 32 bits, since the file's integers are 32 bits wide. */
  private static int[] halves(long value) {
    return new int[] {(int) (value >>> 32), (int) value};
  }

  private static long joined(long[] halves) {
    return halves[0] << 32 | (halves[1] & 0xFFFFFFFFL);
  }

  private static int[] sizes(List<Long> shape) {
    return shape.stream().mapToInt(Math::toIntExact).toArray();
  }

  private static long[] longs(NpzReader in, String name) {
    try (NpyReader array = in.get(name)) {
      return array.toLongs();
    }
  }
}
