package org.betavae.cli;

import java.util.function.Supplier;

/** Shows how far a piece of work is, on standard error. Used by one thread. */
interface Progress extends AutoCloseable {
  /**
   * Shows a new state.
   *
   * @param done how much of the total is done
   * @param note what else to show, in a few words; asked for only when it is shown
   */
  void at(long done, Supplier<String> note);

  /** Shows a new state and nothing else. */
  default void at(long done) {
    at(done, () -> "");
  }

  /** Leaves the last state on the screen. */
  @Override
  void close();
}
