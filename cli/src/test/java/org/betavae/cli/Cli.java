package org.betavae.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** What one call of the command did. */
record Cli(int exitCode, String out, String err) {

  static Cli run(String... args) {
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
  static JsonNode json(String... args) throws IOException {
    List<String> all = new ArrayList<>(List.of(args));
    all.add("--json");
    Cli cli = run(all.toArray(String[]::new));
    assertEquals(0, cli.exitCode, cli.err);
    assertEquals(1, cli.out.lines().count(), cli.out);
    JsonNode json = new ObjectMapper().readTree(cli.out);
    assertTrue(json.isObject(), cli.out);
    return json;
  }

  /** Checks that the call failed with one line that begins with the program's name. */
  String error(int wantedExitCode) {
    assertEquals(wantedExitCode, exitCode, out + err);
    assertEquals(1, err.lines().count(), err);
    assertTrue(err.startsWith("betavae: "), err);
    assertEquals("", out);
    return err.strip();
  }

  void assertErrorNames(int wantedExitCode, String... parts) {
    String line = error(wantedExitCode);
    for (String part : parts) {
      assertTrue(line.contains(part), () -> "\"" + part + "\" not in: " + line);
    }
  }
}
