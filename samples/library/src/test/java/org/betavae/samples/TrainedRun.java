package org.betavae.samples;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** What {@link TrainAndExport} makes in 20 steps, once for all tests of this module. */
final class TrainedRun {
  /** The run folder, and what was printed. */
  record Result(Path run, String printed) {
    Path model() {
      return run.resolve("model");
    }
  }

  private static Result result;

  private TrainedRun() {}

  static synchronized Result result() throws IOException {
    if (result == null) {
      Path folder = Files.createTempDirectory("betavae-samples");
      Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(folder)));
      Path run = folder.resolve("first");
      result =
          new Result(run, printed(() -> TrainAndExport.main(new String[] {run.toString(), "20"})));
    }
    return result;
  }

  /** What a program prints. */
  static String printed(Runnable program) {
    PrintStream before = System.out;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    try {
      program.run();
    } finally {
      System.setOut(before);
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  private static void delete(Path folder) {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
