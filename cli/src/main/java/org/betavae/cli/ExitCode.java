package org.betavae.cli;

/** What the process ends with. */
final class ExitCode {
  static final int DONE = 0;
  static final int FAILED = 1;

  /** Wrong arguments, or input that cannot be used. */
  static final int USAGE = 2;

  private ExitCode() {}
}
