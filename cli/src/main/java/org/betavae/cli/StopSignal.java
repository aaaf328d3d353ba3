package org.betavae.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Lets Ctrl-C, or another polite end of the process, wait until work is brought to a safe state.
 *
 * <p>The process still ends as one that was stopped by that signal (exit code 130 for Ctrl-C).
 * {@link #close} is called by the working thread when it is done.
 */
final class StopSignal implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 120;
  private final AtomicBoolean raised = new AtomicBoolean();
  private final CountDownLatch done = new CountDownLatch(1);
  private final Thread hook;

  /**
   * Starts to listen.
   *
   * @param console told when the signal comes, on another thread
   */
  StopSignal(Console console) {
    hook =
        new Thread(
            () -> {
              raised.set(true);
              console.note("Stopping: writing a checkpoint first...");
              try {
                if (!done.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                  console.note("Ended without one: it took over " + PATIENCE_SECONDS + " seconds");
                }
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            "stop-signal");
    Runtime.getRuntime().addShutdownHook(hook);
  }

  boolean isRaised() {
    return raised.get();
  }

  @Override
  public void close() {
    done.countDown();
    if (!raised.get()) {
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException e) {
        raised.set(true); // the end has just begun; the hook no longer waits
      }
    }
  }
}
