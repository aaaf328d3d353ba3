package org.betavae.cli;

/** A command cannot go on for a reason that its message tells in full. */
final class CommandException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final int exitCode;

  private CommandException(int exitCode, String message, Throwable cause) {
    super(message, cause);
    this.exitCode = exitCode;
  }

  /** What was given cannot be used: exit code 2. */
  static CommandException unusable(String message) {
    return new CommandException(ExitCode.USAGE, message, null);
  }

  /** The work failed: exit code 1. */
  static CommandException failed(String message, Throwable cause) {
    return new CommandException(ExitCode.FAILED, message, cause);
  }

  int exitCode() {
    return exitCode;
  }
}
