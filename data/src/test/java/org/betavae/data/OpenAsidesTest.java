package org.betavae.data;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that ends while it writes. */
class OpenAsidesTest {
  @TempDir Path folder;

  /** Writes one file, begins another, and ends as by Ctrl-C. */
  static final class Writer {
    private Writer() {}

    public static void main(String[] args) {
      Path folder = Path.of(args[0]);
      try (NpyWriter whole = NpyWriter.create(folder.resolve("whole.npy"), 1)) {
        whole.write(new float[1], 0, 1);
      }
      NpyWriter half = NpyWriter.create(folder.resolve("half.npy"), 2);
      half.write(new float[1], 0, 1);
      System.exit(folder.toFile().list().length); // two: the first, and what is aside
    }
  }

  @Test
  void processThatEndsWhileItWrites_leavesNothingHalf()
      throws IOException, InterruptedException, URISyntaxException {
    String classPath =
        place(NpyWriter.class) + System.getProperty("path.separator") + place(Writer.class);
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    Process process =
        new ProcessBuilder(java, "-cp", classPath, Writer.class.getName(), folder.toString())
            .inheritIO()
            .start();
    assertEquals(2, process.waitFor());
    try (Stream<Path> left = Files.list(folder)) {
      assertEquals(List.of(folder.resolve("whole.npy")), left.toList());
    }
  }

  private static Path place(Class<?> type) throws URISyntaxException {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
  }
}
