package org.betavae.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.betavae.export.Producer;

/**
 * The command {@code betavae}: finds the command, runs it, and turns what happens into an exit
 * code.
 */
public final class Main {
  static final String PREFIX = "betavae: ";

  private Main() {}

  /** Runs one command and ends the process with its exit code. */
  public static void main(String[] args) {
    // Paths and labels are UTF-8 whatever the locale of the machine is.
    PrintStream out =
        new PrintStream(
            new PipedOutput(new FileOutputStream(FileDescriptor.out)),
            true,
            StandardCharsets.UTF_8);
    PrintStream err =
        new PrintStream(new FileOutputStream(errDescriptor()), true, StandardCharsets.UTF_8);
    // What the libraries log through Java is one line, as all that is said here.
    System.setProperty("java.util.logging.SimpleFormatter.format", PREFIX + "%5$s%n");
    System.exit(run(args, out, err));
  }

  /**
   * The launcher filters what native code writes to standard error, and hands over the real one.
   */
  private static FileDescriptor errDescriptor() {
    return Boolean.getBoolean("betavae.stderr-is-0") ? FileDescriptor.in : FileDescriptor.err;
  }

  /** Every command, in the order of the general help. */
  static List<Command> commands() {
    return List.of(
        new QuickstartCommand(),
        new TrainCommand(),
        new FinetuneCommand(),
        new ClassifyCommand(),
        new ExportCommand(),
        new ConvertCommand(),
        new ImportCommand(),
        new VerifyCommand(),
        new InspectCommand(),
        new EmbedCommand(),
        new GenerateCommand(),
        new ReconstructCommand(),
        new TraverseCommand(),
        new InterpolateCommand(),
        new ScoreCommand(),
        new PageCommand(),
        new ServeCommand(),
        new EvaluateCommand(),
        new BenchTrainCommand(),
        new BenchInferCommand());
  }

  /**
   * Runs one command without ending the process.
   *
   * @return 0 done, 1 failed, 2 wrong arguments or unusable input
   */
  static int run(String[] args, PrintStream out, PrintStream err) {
    int exitCode = dispatch(args, out, err);
    // A print stream keeps its failures to itself, such as a full disk.
    if (out.checkError() && exitCode == ExitCode.DONE) {
      err.println(
          PREFIX
              + "standard output cannot be written, expected all of the result there: it is closed,"
              + " or the disk is full. Open it or free some space, then run again.");
      return ExitCode.FAILED;
    }
    return exitCode;
  }

  private static int dispatch(String[] args, PrintStream out, PrintStream err) {
    List<String> words = new ArrayList<>(Arrays.asList(args));
    boolean helpWanted = words.removeIf(w -> w.equals("--help") || w.equals("-h"));
    if (!words.isEmpty() && words.get(0).equals("help")) {
      words.remove(0);
      helpWanted = true;
    }
    if (words.equals(List.of("--version"))) {
      out.println(Producer.text());
      return ExitCode.DONE;
    }
    Optional<Command> command = find(words);
    if (command.isPresent()) {
      if (helpWanted) {
        out.print(HelpText.of(command.get()));
        return ExitCode.DONE;
      }
      int nameWords = command.get().name().split(" ", -1).length;
      return runCommand(command.get(), words.subList(nameWords, words.size()), out, err);
    }
    if (helpWanted && words.isEmpty()) {
      out.print(HelpText.of(commands()));
      return ExitCode.DONE;
    }
    err.println(PREFIX + Failure.oneLine(noSuchCommand(words)));
    return ExitCode.USAGE;
  }

  private static int runCommand(
      Command command, List<String> args, PrintStream out, PrintStream err) {
    boolean debug = args.contains(CommonOptions.DEBUG.dashed());
    try {
      Arguments arguments =
          new ArgumentParser(CommonOptions.of(command), command.operand()).parse(args);
      boolean json = arguments.get(CommonOptions.JSON);
      Outcome outcome = command.run(arguments, new Console(out, err, json));
      if (json && !outcome.isTold()) {
        out.println(new ObjectMapper().writeValueAsString(outcome.json()));
      }
      if (!outcome.failure().isEmpty()) {
        err.println(PREFIX + outcome.failure());
        return ExitCode.FAILED;
      }
      return ExitCode.DONE;
    } catch (IOException | RuntimeException | Error e) { // the last place that can word it
      Failure failure = Failure.of(e, command);
      if (!failure.line().isEmpty()) {
        err.println(PREFIX + failure.line());
      }
      if (debug) {
        e.printStackTrace(err);
      }
      return failure.exitCode();
    }
  }

  private static Optional<Command> find(List<String> words) {
    return commands().stream()
        .filter(
            c -> {
              List<String> name = List.of(c.name().split(" ", -1));
              return words.size() >= name.size() && words.subList(0, name.size()).equals(name);
            })
        .findFirst();
  }

  private static String noSuchCommand(List<String> words) {
    String advice = "; 'betavae --help' lists the commands";
    if (words.isEmpty()) {
      return "no command given, expected one such as quickstart, train or embed" + advice;
    }
    String first = words.get(0);
    if (first.startsWith("-")) {
      return "no command given: found "
          + first
          + ", expected the command before its options"
          + advice;
    }
    List<String> family =
        commands().stream().map(Command::name).filter(n -> n.startsWith(first + ' ')).toList();
    if (!family.isEmpty()) {
      return "incomplete command: "
          + String.join(" ", words)
          + ", expected "
          + String.join(" or ", family)
          + advice;
    }
    TreeSet<String> names = new TreeSet<>();
    commands().forEach(c -> Stream.of(c.name(), c.name().split(" ", -1)[0]).forEach(names::add));
    return "unknown command: " + first + Text.suggestion(first, "betavae ", names) + advice;
  }
}
