package org.betavae.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** A {@code betavae train} in a Java process of its own, which can be killed. */
final class TrainingProcess implements AutoCloseable {
  private static final int PATIENCE_SECONDS = 120;
  private static final int POLL_MILLIS = 2;

  private final Process process;
  private final Path run;
  private final Path log;

  /**
   * Starts it.
   *
   * @param run the run folder; what the process says goes to a file beside it
   */
  TrainingProcess(Path run, List<String> options) throws IOException {
    this.run = run;
    log = run.resolveSibling(run.getFileName() + ".log");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // Short lived: little is worth compiling well.
    command.addAll(List.of("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of("-Djava.awt.headless=true", "-cp"));
    command.add(System.getProperty("java.class.path"));
    command.addAll(List.of(Main.class.getName(), "train", "--out", run.toString()));
    command.addAll(options);
    process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
  }

  /** Waits until something has come about; false if the process ended without. */
  boolean await(BooleanSupplier event) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!event.getAsBoolean()) {
      if (!process.isAlive()) {
        return event.getAsBoolean();
      }
      assertTrue(System.nanoTime() < end, () -> "still waiting: " + said());
      Thread.sleep(POLL_MILLIS);
    }
    return true;
  }

  /** Sends a signal by its name, such as INT. */
  void signal(String name) throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
  }

  /** Sends a signal twice, one right after the other. */
  void signalTwice(String name) throws IOException, InterruptedException {
    String pid = Long.toString(process.pid());
    new ProcessBuilder("kill", "-" + name, pid, pid).start().waitFor();
  }

  /** Ends it as {@code kill -9} does; whether it was still alive to be ended so. */
  boolean kill() throws InterruptedException {
    return process.destroyForcibly().waitFor() == 128 + 9;
  }

  int exitCode() throws InterruptedException {
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      fail("still running: " + said());
    }
    return process.exitValue();
  }

  /** What it has said so far. */
  String said() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      return e.toString();
    }
  }

  /** The last step in the history, 0 before the first. */
  long loggedStep() {
    try {
      Path history = run.resolve("history.jsonl");
      if (!Files.exists(history)) {
        return 0;
      }
      String text = Files.readString(history);
      int end = text.lastIndexOf('\n');
      if (end <= 0) {
        return 0;
      }
      JsonNode line =
          new ObjectMapper().readTree(text.substring(text.lastIndexOf('\n', end - 1) + 1, end));
      return line.path("step").asLong();
    } catch (IOException e) {
      return 0;
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
