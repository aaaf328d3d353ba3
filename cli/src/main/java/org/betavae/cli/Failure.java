package org.betavae.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.betavae.data.DataException;
import org.betavae.export.ConversionException;
import org.betavae.infer.ModelException;
import org.betavae.train.TrainException;

/**
 * An exception as a user sees it.
 *
 * @param exitCode what the process ends with
 * @param line the one line for standard error, without the program's name
 */
record Failure(int exitCode, String line) {
  private static final String OURS = "org.betavae.";

  static Failure of(Throwable thrown, Command command) {
    if (thrown instanceof UsageException) {
      return new Failure(
          ExitCode.USAGE,
          command.name()
              + ": "
              + oneLine(thrown.getMessage())
              + ". See 'betavae "
              + command.name()
              + " --help'.");
    }
    if (thrown instanceof InvalidPathException path) {
      return new Failure(ExitCode.USAGE, badPath(path));
    }
    if (isOurs(thrown)) {
      return new Failure(exitCode(thrown), oneLine(thrown.getMessage()));
    }
    return ofResources(thrown, command).orElseGet(() -> ofOther(thrown));
  }

  private static Failure ofOther(Throwable thrown) {
    IOException io = find(thrown, IOException.class);
    if (io != null) {
      return ofIo(io);
    }
    if (thrown instanceof LinkageError) {
      return new Failure(
          ExitCode.FAILED,
          "cannot load native code: "
              + oneLine(String.valueOf(thrown.getMessage()))
              + "; this build is for "
              + System.getProperty("os.name")
              + " on "
              + System.getProperty("os.arch")
              + ". Build on the machine that runs it; --debug shows the stack trace.");
    }
    return new Failure(
        ExitCode.FAILED,
        "unexpected "
            + thrown.getClass().getSimpleName()
            + ": "
            + oneLine(String.valueOf(thrown.getMessage()))
            + ". Run again with --debug for the stack trace.");
  }

  /** Says why a text cannot be a path, and what to do where the locale is the cause. */
  private static String badPath(InvalidPathException e) {
    String charset = System.getProperty("sun.jnu.encoding", "UTF-8");
    boolean locale =
        !charset.equals("UTF-8") && !e.getInput().chars().allMatch(c -> c > 0 && c < 128);
    return "no valid path: \""
        + oneLine(e.getInput())
        + "\": "
        + oneLine(e.getReason())
        + (locale
            ? ". Java takes file names in " + charset + " here; set LC_ALL=C.UTF-8."
            : ". Correct it.");
  }

  /** What makes a command need less memory, by the options that it has. */
  private static String memoryAdvice(Command command) {
    List<String> names = command.options().stream().map(Opt::name).toList();
    return Stream.of("batch", "count", "steps")
        .filter(names::contains)
        .findFirst()
        .map(name -> "Use a smaller --" + name + ", or raise it")
        .orElse("Raise it");
  }

  private static Optional<Failure> ofResources(Throwable thrown, Command command) {
    OutOfMemoryError memory = find(thrown, OutOfMemoryError.class);
    if (memory != null) {
      return Optional.of(
          new Failure(
              ExitCode.FAILED,
              "out of memory: "
                  + oneLine(String.valueOf(memory.getMessage()))
                  + ", heap limit "
                  + (Runtime.getRuntime().maxMemory() >> 20)
                  + " MB. "
                  + memoryAdvice(command)
                  + " with BETAVAE_JAVA_OPTS=-Xmx4g."));
    }
    for (Throwable t = thrown; t != null; t = t.getCause()) {
      String text = String.valueOf(t.getMessage()).toLowerCase(Locale.ROOT);
      if (text.contains("no space left on device") || text.contains("disk quota exceeded")) {
        return Optional.of(
            new Failure(
                ExitCode.FAILED,
                "disk full: "
                    + oneLine(t.getMessage())
                    + ". Nothing was half-written; free some space or choose another --out."));
      }
    }
    return Optional.empty();
  }

  private static Failure ofIo(IOException e) {
    if (e instanceof NoSuchFileException missing) {
      return new Failure(
          ExitCode.USAGE,
          "no such file or folder: " + missing.getFile() + ". Check the path, relative to here.");
    }
    if (e instanceof AccessDeniedException denied) {
      return new Failure(
          ExitCode.USAGE,
          "permission denied: " + denied.getFile() + ". Check who may read or write it.");
    }
    String where = e instanceof FileSystemException file ? file.getFile() + ": " : "";
    String what = e instanceof FileSystemException file ? file.getReason() : e.getMessage();
    return new Failure(
        ExitCode.FAILED,
        "input or output failed: "
            + where
            + oneLine(what == null ? e.getClass().getSimpleName() : what)
            + ". Run again with --debug for the stack trace.");
  }

  /** Whether the exception was made by this project, whose messages say all that is needed. */
  private static boolean isOurs(Throwable thrown) {
    if (thrown.getClass().getName().startsWith(OURS)) {
      return true;
    }
    StackTraceElement[] trace = thrown.getStackTrace();
    boolean ownWords = thrown.getMessage() != null && !isOnlyItsCause(thrown);
    return (thrown instanceof IllegalArgumentException
            || thrown instanceof IllegalStateException
            || thrown instanceof UncheckedIOException)
        && ownWords
        && trace.length > 0
        && trace[0].getClassName().startsWith(OURS);
  }

  /** Whether the message is only what a constructor without a message makes of the cause. */
  private static boolean isOnlyItsCause(Throwable thrown) {
    return thrown.getCause() != null && thrown.getMessage().equals(thrown.getCause().toString());
  }

  /** Wrong arguments and bad files are the user's to mend; all else failed while running. */
  private static int exitCode(Throwable thrown) {
    if (thrown instanceof CommandException expected) {
      return expected.exitCode();
    }
    if (thrown instanceof TrainException training) {
      return training.isUnusableInput() ? ExitCode.USAGE : ExitCode.FAILED;
    }
    return thrown instanceof IllegalArgumentException
            || thrown instanceof DataException
            || thrown instanceof ModelException
            || thrown instanceof ConversionException
        ? ExitCode.USAGE
        : ExitCode.FAILED;
  }

  private static <T extends Throwable> T find(Throwable thrown, Class<T> type) {
    for (Throwable t = thrown; t != null; t = t.getCause()) {
      if (type.isInstance(t)) {
        return type.cast(t);
      }
    }
    return null;
  }

  /** The text without line breaks; what is given may hold them anywhere. */
  static String oneLine(String text) {
    return text.strip().replaceAll("\\s*\\R\\s*", " ");
  }
}
