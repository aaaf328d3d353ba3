package org.betavae.serve;

import java.util.concurrent.atomic.AtomicLong;

/** How many bytes requests may hold together. Safe for threads. */
final class MemoryBudget {
  private final long bytes;
  private final AtomicLong held = new AtomicLong();

  MemoryBudget(long bytes) {
    this.bytes = bytes;
  }

  /** All that may be held. */
  long bytes() {
    return bytes;
  }

  /** What is held at this moment. */
  long held() {
    return held.get();
  }

  /** Takes some, or nothing and says false. */
  boolean hold(long more) {
    if (held.addAndGet(more) <= bytes) {
      return true;
    }
    held.addAndGet(-more);
    return false;
  }

  /** Takes some, also beyond what may be held. */
  void take(long more) {
    held.addAndGet(more);
  }

  /** Gives back what was taken. */
  void release(long some) {
    held.addAndGet(-some);
  }
}
