package org.betavae.cli;

import java.io.IOException;
import java.util.List;

/** One command of {@code betavae}. */
abstract class Command {
  private final String name;
  private final CommandGroup group;
  private final String summary;

  /**
   * Describes the command for the help.
   *
   * @param name what is typed; two words for a command of a family, as in {@code bench train}
   * @param summary one line for the list of commands
   */
  Command(String name, CommandGroup group, String summary) {
    this.name = name;
    this.group = group;
    this.summary = summary;
  }

  final String name() {
    return name;
  }

  final CommandGroup group() {
    return group;
  }

  final String summary() {
    return summary;
  }

  /** Its own options; those that every command has are added to them. */
  abstract List<Opt<?>> options();

  /** Placeholder of the one argument that is no option; empty when there is none. */
  String operand() {
    return "";
  }

  /** What the help adds below the options, one paragraph a line; empty for nothing. */
  String details() {
    return "";
  }

  /** Command lines that work, without the leading {@code betavae}. */
  abstract List<String> examples();

  /**
   * Does the work. People's text goes to the console, which drops it when JSON is asked for.
   *
   * @return what {@code --json} prints
   */
  abstract Outcome run(Arguments args, Console console) throws IOException;
}
