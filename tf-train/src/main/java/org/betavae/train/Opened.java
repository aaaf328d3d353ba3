package org.betavae.train;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/**
 * Handles of native memory in the order in which they were opened. {@code close()} closes the last
 * one first, all of them even where closing one fails, and may be called twice. Not thread-safe.
 */
final class Opened implements AutoCloseable {
  private final Deque<Runnable> closers = new ArrayDeque<>();

  /** Takes charge of a handle, and gives it back. */
  <T> T add(T handle, Consumer<? super T> close) {
    closers.push(() -> close.accept(handle));
    return handle;
  }

  @Override
  public void close() {
    RuntimeException first = null;
    while (!closers.isEmpty()) {
      try {
        closers.pop().run();
      } catch (RuntimeException e) {
        if (first == null) {
          first = e;
        } else {
          first.addSuppressed(e);
        }
      }
    }
    if (first != null) {
      throw first;
    }
  }
}
