package org.betavae.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The command {@code serve} in a Java process of its own, on a free port. */
final class Service implements AutoCloseable {
  private static final int PATIENCE_SECONDS = 120;

  private final Process process;
  private final Path out;
  private final Path err;

  /**
   * @param folder where what it says is kept
   */
  Service(Path folder, List<String> javaOptions, String... options) throws IOException {
    out = folder.resolve("out");
    err = folder.resolve("err");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(javaOptions);
    command.addAll(List.of("-Djava.awt.headless=true", "-cp"));
    command.add(System.getProperty("java.class.path"));
    command.addAll(List.of(Main.class.getName(), "serve", "--port", "0"));
    command.addAll(List.of(options));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
    builder.environment().put("ORT_DISABLE_TELEMETRY", "1");
    process = builder.start();
  }

  long pid() {
    return process.pid();
  }

  /** What it has said on standard output. */
  String out() {
    return said(out);
  }

  /** What it has said on standard error. */
  String err() {
    return said(err);
  }

  private static String said(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }

  /** Waits until a text has been said on standard output. */
  void awaitOut(String text) throws InterruptedException {
    await(out, text);
  }

  /** Waits until a text has been said on standard error. */
  void awaitErr(String text) throws InterruptedException {
    await(err, text);
  }

  private void await(Path file, String text) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!said(file).contains(text)) {
      assertTrue(process.isAlive(), this::err);
      assertTrue(System.nanoTime() < end, () -> "still waiting for " + text + ": " + err());
      Thread.sleep(20);
    }
  }

  /** The object that {@code --json} gives when requests are taken. */
  JsonNode started() throws Exception {
    awaitOut("}\n");
    return new ObjectMapper().readTree(out());
  }

  void signal(String name) throws Exception {
    new ProcessBuilder("kill", "-" + name, Long.toString(pid())).start().waitFor();
  }

  int exitCode() throws InterruptedException {
    assertTrue(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS), this::err);
    return process.exitValue();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
