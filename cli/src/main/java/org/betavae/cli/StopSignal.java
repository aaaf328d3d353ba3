package org.betavae.cli;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Lets Ctrl-C, or another polite end of the process, wait until work is brought to a safe state.
 * The first signal only raises a flag, and the process ends as the work does; the second one ends
 * it at once. Signals that come together count as one: {@code timeout} sends its own to the process
 * and then to its group, so that it comes twice. {@link #close} brings back what signals did
 * before.
 */
final class StopSignal implements AutoCloseable {
  /** Ctrl-C; a polite kill, as of a batch system; the end of the terminal. */
  private static final List<String> NAMES = List.of("INT", "TERM", "HUP");

  /** What a shell adds to a signal's number to make an exit code. */
  private static final int SIGNALLED = 128;

  /** Signals within this time of the first belong to it; a person takes longer. */
  private static final long TOGETHER_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private final AtomicBoolean raised = new AtomicBoolean();
  private long firstNanos;
  private final Signals signals;

  /**
   * Starts to listen.
   *
   * @param console told when the signal comes, on another thread
   */
  StopSignal(Console console) {
    signals = new Signals(NAMES, number -> onSignal(number, console));
  }

  private void onSignal(int number, Console console) {
    long now = System.nanoTime();
    synchronized (this) {
      if (raised.get()) {
        if (now - firstNanos > TOGETHER_NANOS) {
          signals.die(number);
          Runtime.getRuntime().halt(SIGNALLED + number);
        }
        return;
      }
      firstNanos = now;
      raised.set(true);
    }
    console.note("Stopping: writing a checkpoint first. Once more ends it at once.");
  }

  boolean isRaised() {
    return raised.get();
  }

  @Override
  public void close() {
    signals.close();
  }
}
