package org.betavae.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.betavae.export.Producer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class MainTest {
  static List<String> names() {
    return Main.commands().stream().map(Command::name).toList();
  }

  @Test
  void help_listsEveryCommandUnderAHeading() {
    Cli cli = Cli.run("--help");
    assertEquals(0, cli.exitCode());
    assertEquals("", cli.err());
    for (Command command : Main.commands()) {
      assertTrue(cli.out().contains("\n  " + command.name() + " "), command.name());
      assertTrue(cli.out().contains(command.group().title() + ":"), command.name());
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void helpOfACommand_showsUsageOptionsAndAnExample_in80Columns(String name) {
    Cli cli = Cli.run(name + " --help");
    assertEquals(0, cli.exitCode());
    assertTrue(cli.out().contains("Usage: betavae " + name), cli.out());
    assertTrue(cli.out().contains("--json"), cli.out());
    assertTrue(cli.out().contains("\n  betavae " + name + " "), cli.out());
    // Examples are to be copied, so they are not wrapped.
    List<String> tooLong =
        cli.out().lines().filter(l -> l.length() > 80 && !l.startsWith("  betavae")).toList();
    assertEquals(List.of(), tooLong);
  }

  @ParameterizedTest
  @MethodSource("names")
  void examplesInTheHelp_parse(String name) {
    Command command =
        Main.commands().stream().filter(c -> c.name().equals(name)).findFirst().orElseThrow();
    for (String example : command.examples()) {
      assertTrue(example.startsWith(name + " "), example);
      List<String> args = List.of(example.substring(name.length() + 1).split(" ", -1));
      new ArgumentParser(CommonOptions.of(command), command.operand()).parse(args);
    }
  }

  @Test
  void optionNames_areUniqueInEveryCommand() {
    for (Command command : Main.commands()) {
      List<String> names = CommonOptions.of(command).stream().map(Opt::name).toList();
      Set<String> unique = names.stream().collect(Collectors.toSet());
      assertEquals(unique.size(), names.size(), command.name() + names);
    }
  }

  @Test
  void seed_isTakenByEveryCommand() {
    for (Command command : Main.commands()) {
      List<String> names = CommonOptions.of(command).stream().map(Opt::name).toList();
      assertTrue(names.contains("seed"), command.name());
    }
  }

  @Test
  void errors_areOneLine_evenIfAnArgumentHasSeveral() {
    for (String[] args :
        List.of(
            new String[] {"emb\ned"},
            new String[] {"bench", "a\nb"},
            new String[] {"inspect", "--oh\r\nno"},
            new String[] {"generate", "--count", "1\n2", "--model", "m", "--out", "a\nb.txt"})) {
      ByteArrayOutputStream err = new ByteArrayOutputStream();
      int exitCode =
          Main.run(
              args,
              new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
              new PrintStream(err, true, StandardCharsets.UTF_8));
      assertEquals(2, exitCode);
      String text = err.toString(StandardCharsets.UTF_8);
      assertEquals(1, text.lines().count(), text);
    }
  }

  /** Standard output every write to which fails with this message, as a process would see it. */
  private static int versionInto(String message, boolean pipe, OutputStream err) {
    OutputStream failing =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException(message);
          }
        };
    return Main.run(
        new String[] {"--version"},
        new PrintStream(new PipedOutput(failing, () -> pipe), true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8));
  }

  @Test
  void standardOutputThatCannotBeWritten_isAFailure() {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int exitCode = versionInto("No space left on device", false, err);
    String text = err.toString(StandardCharsets.UTF_8);
    assertEquals(1, exitCode);
    assertEquals(1, text.lines().count(), text);
    assertTrue(text.startsWith("betavae: standard output cannot be written"), text);
    assertTrue(text.contains("free some space"), text);
  }

  @Test
  void aReaderThatHasEnoughBeforeTheEnd_isNoFailure() {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    assertEquals(0, versionInto("Broken pipe", false, err));
    assertEquals(0, versionInto("Relais bris\u00e9", true, err), "worded in the user's language");
    assertEquals("", err.toString(StandardCharsets.UTF_8));
  }

  @Test
  void version_isOneLine() {
    Cli cli = Cli.run("--version");
    assertEquals(0, cli.exitCode());
    assertEquals("betavae " + Producer.version() + System.lineSeparator(), cli.out());
  }

  @Test
  void noCommand_isWrong() {
    Cli.run("").assertErrorNames(2, "no command given", "betavae --help");
    Cli.run("--json").assertErrorNames(2, "found --json", "command before its options");
  }

  @Test
  void unknownCommand_namesTheNearest() {
    Cli.run("embde").assertErrorNames(2, "unknown command: embde", "did you mean betavae embed?");
    Cli.run("xyzzy").assertErrorNames(2, "unknown command: xyzzy", "betavae --help");
    Cli.run("bnech").assertErrorNames(2, "did you mean betavae bench?");
    Cli.run("xyzzy --help").assertErrorNames(2, "unknown command: xyzzy");
  }

  @Test
  void halfACommand_namesItsContinuations() {
    Cli.run("bench").assertErrorNames(2, "bench train or bench infer");
    Cli.run("bench fast").assertErrorNames(2, "bench fast", "bench train or bench infer");
  }

  @Test
  void unknownOption_namesTheNearest_andTheHelp() {
    Cli.run("embed --modle m")
        .assertErrorNames(
            2,
            "embed: ",
            "unknown option --modle (did you mean --model?)",
            "--data is missing",
            "--out is missing",
            "'betavae embed --help'");
  }

  @Test
  void stackTrace_isPrintedOnlyWithDebug() {
    Cli plain = Cli.run("inspect no/such/file");
    plain.assertErrorNames(2, "no/such/file", "no such file or folder", "Check the path");
    Cli debug = Cli.run("inspect no/such/file --debug");
    assertEquals(2, debug.exitCode());
    assertTrue(debug.err().contains("\tat org.betavae.cli.InspectCommand"), debug.err());
    assertFalse(plain.err().contains("\tat "), plain.err());
  }
}
