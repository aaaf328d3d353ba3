package org.betavae.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintStream;

/**
 * What a command may say, and where it goes: results to standard output unless JSON is asked for,
 * everything else to standard error.
 */
final class Console {
  /** Set by the launcher to the terminal's width when standard error is a terminal. */
  static final String COLUMNS_PROPERTY = "betavae.columns";

  private static final int MIN_COLUMNS = 40;
  private final PrintStream out;
  private final PrintStream err;
  private final boolean json;
  private final int columns;

  Console(PrintStream out, PrintStream err, boolean json) {
    this.out = out;
    this.err = err;
    this.json = json;
    this.columns = Integer.getInteger(COLUMNS_PROPERTY, 0);
  }

  /** A line of the result, for people; dropped when JSON is asked for. */
  void say(String line) {
    if (!json) {
      out.println(line);
    }
  }

  /** The JSON object, if it is asked for, of a command that goes on after it. */
  void tell(ObjectNode object) {
    if (json) {
      out.println(object);
      out.flush();
    }
  }

  /** A line that is not part of the result. */
  void note(String line) {
    // The bar has no line break: clear its line; it draws itself anew below.
    err.println(columns >= MIN_COLUMNS ? '\r' + " ".repeat(columns - 1) + '\r' + line : line);
  }

  /**
   * Starts to show how far a piece of work is.
   *
   * @param task what is being done, in one or two words
   * @param total when it is done
   */
  Progress progress(String task, long total) {
    return progress(task, total, 0);
  }

  /** The same for work of which some was done earlier. */
  Progress progress(String task, long total, long alreadyDone) {
    return columns >= MIN_COLUMNS
        ? new BarProgress(err, task, total, alreadyDone, columns)
        : new PlainProgress(err, task, total, alreadyDone, System::nanoTime);
  }
}
