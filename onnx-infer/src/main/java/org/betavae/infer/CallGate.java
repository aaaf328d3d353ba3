package org.betavae.infer;

/**
 * Counts the calls in flight, so that closing can wait for them and later ones are refused. Safe
 * for threads.
 */
final class CallGate {
  private final Object lock = new Object();
  private int calls;
  private boolean closed;

  /**
   * Every call that entered has to {@link #exit()}.
   *
   * @throws IllegalStateException if closed
   */
  void enter() {
    synchronized (lock) {
      if (closed) {
        throw new IllegalStateException(
            "The model is closed, expected an open one. Open it again, or close it only after its"
                + " last call.");
      }
      calls++;
    }
  }

  void exit() {
    synchronized (lock) {
      calls--;
      if (calls == 0) {
        lock.notifyAll();
      }
    }
  }

  /**
   * Refuses further calls and waits until those in flight have left; an interrupt does not shorten
   * the wait, it is kept for the caller.
   *
   * @return whether this was the first time, so that the caller is the one to free what they used
   */
  boolean close() {
    boolean interrupted = false;
    synchronized (lock) {
      boolean first = !closed;
      closed = true;
      while (calls > 0) {
        try {
          lock.wait();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
      return first;
    }
  }
}
