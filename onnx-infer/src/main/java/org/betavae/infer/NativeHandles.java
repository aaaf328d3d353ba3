package org.betavae.infer;

import java.util.ArrayDeque;
import java.util.Deque;

/** Native handles that are closed together, the last opened first. Not safe for threads. */
final class NativeHandles implements AutoCloseable {
  private final Deque<AutoCloseable> open = new ArrayDeque<>();

  <T extends AutoCloseable> T add(T handle) {
    open.push(handle);
    return handle;
  }

  /** Closes every handle even if one of them fails; the first failure is thrown at the end. */
  @Override
  public void close() {
    RuntimeException failure = null;
    while (!open.isEmpty()) {
      try {
        open.pop().close();
      } catch (Exception e) {
        if (failure == null) {
          failure = new IllegalStateException("Cannot free a native handle: " + e.getMessage(), e);
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
