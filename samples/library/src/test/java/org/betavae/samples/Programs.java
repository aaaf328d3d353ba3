package org.betavae.samples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs programs of other languages, where they are installed. */
final class Programs {
  /** What a program said, on both streams, and its exit code; -1 where it was not done in time. */
  record Outcome(int exitCode, String output) {}

  private Programs() {}

  /** Whether a command can be run and ends with 0. */
  static boolean runs(Path folder, String... command) throws Exception {
    try {
      return run(folder, 60, command).exitCode() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Runs a command to its end, or ends it after so many seconds.
   *
   * @throws IOException if there is no such command
   */
  static Outcome run(Path folder, int seconds, String... command) throws Exception {
    Path output = Files.createTempFile(folder, "output", ".txt");
    Process process =
        new ProcessBuilder(List.of(command))
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    process.getOutputStream().close();
    boolean ended = process.waitFor(seconds, TimeUnit.SECONDS);
    if (!ended) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly().waitFor();
    }
    return new Outcome(ended ? process.exitValue() : -1, Files.readString(output));
  }
}
