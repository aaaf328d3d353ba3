package org.betavae.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** What one call of the command did. */
record Cli(int exitCode, String out, String err) {

  /**
   * Runs a command.
   *
   * @param line the arguments with blanks between; each {@code %} stands for one of the values
   */
  static Cli run(String line, Object... values) {
    String[] args = line.isEmpty() ? new String[0] : line.split(" ", -1);
    int used = 0;
    for (int i = 0; i < args.length; i++) {
      if (args[i].equals("%")) {
        args[i] = values[used++].toString();
      }
    }
    assertEquals(values.length, used, line);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int exitCode =
        Main.run(
            args,
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8));
    return new Cli(
        exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  /** Runs with {@code --json} and returns the object, which must be all of standard output. */
  static JsonNode json(String line, Object... values) throws IOException {
    Cli cli = run(line + " --json", values);
    assertEquals(0, cli.exitCode, cli.err);
    assertEquals(1, cli.out.lines().count(), cli.out);
    JsonNode json = new ObjectMapper().readTree(cli.out);
    assertTrue(json.isObject(), cli.out);
    return json;
  }

  /** Checks that the call failed with one line that begins with the program's name. */
  void assertErrorNames(int wantedExitCode, String... parts) {
    assertEquals(wantedExitCode, exitCode, out + err);
    assertEquals(1, err.lines().count(), err);
    assertTrue(err.startsWith("betavae: "), err);
    assertEquals("", out);
    for (String part : parts) {
      assertTrue(err.contains(part), () -> "\"" + part + "\" not in: " + err);
    }
  }
}
