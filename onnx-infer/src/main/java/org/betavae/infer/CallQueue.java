package org.betavae.infer;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * Calls that wait, first come, first served, and bounded by the number of their images. Safe for
 * threads.
 */
final class CallQueue {
  private final int maxBatch;
  private final long maxWaitNanos;
  private final int maxQueue;
  private final LongSupplier nanoTime;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  // In the order of arrival; a cancelled call is found without a search.
  private final Set<BatchedCall> waiting = new LinkedHashSet<>();
  private int images;
  private boolean closed;

  /**
   * @param nanoTime the clock by which calls were accepted
   */
  CallQueue(BatchingOptions options, LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.maxBatch = options.maxBatch();
    this.maxWaitNanos = options.maxWait().toNanos();
    this.maxQueue = options.maxQueue();
  }

  /**
   * The calls of one batch, in the order of their arrival.
   *
   * @param calls empty when the queue is closed and nothing waits any more
   * @param queued images that still wait
   */
  record Gathered(List<BatchedCall> calls, int queued) {}

  /**
   * Takes a call in.
   *
   * @return images that wait now
   * @throws QueueFullException if it does not fit in
   * @throws IllegalStateException if closed
   */
  int add(BatchedCall call) {
    lock.lock();
    try {
      if (closed) {
        throw new IllegalStateException(
            "The batching encoder is closed, expected an open one. Open another one, or close it"
                + " only after its last call.");
      }
      if (call.count() > maxQueue - images) {
        throw new QueueFullException(call.count(), images, maxQueue);
      }
      boolean wasEmpty = images == 0;
      boolean wasShort = images < maxBatch;
      waiting.add(call);
      images += call.count();
      if (wasEmpty || (wasShort && images >= maxBatch)) {
        changed.signal();
      }
      return images;
    } finally {
      lock.unlock();
    }
  }

  /** Gives up a call that still waits; any other call is left alone. */
  void remove(BatchedCall call) {
    lock.lock();
    try {
      if (waiting.remove(call)) {
        images -= call.count();
      }
    } finally {
      lock.unlock();
    }
  }

  int images() {
    lock.lock();
    try {
      return images;
    } finally {
      lock.unlock();
    }
  }

  /** How long {@link #take} would wait at this moment if nothing came. */
  long waitNanos() {
    lock.lock();
    try {
      return nanosToWait();
    } finally {
      lock.unlock();
    }
  }

  /** Waits for calls, and for more of them until a batch is full or its first has waited enough. */
  Gathered take() {
    lock.lock();
    try {
      for (long wait = nanosToWait(); wait > 0; wait = nanosToWait()) {
        try {
          // Whether time is up is seen by the next look, so what this returns does not matter.
          long unused = changed.awaitNanos(wait);
        } catch (InterruptedException e) {
          // Nobody has a reason to interrupt the encoder's threads, and what waits needs an answer.
          Thread.onSpinWait();
        }
      }
      return new Gathered(poll(), images);
    } finally {
      lock.unlock();
    }
  }

  /** Refuses further calls; those that wait can still be taken, without waiting for more. */
  void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** How long a batch that could be taken now should still wait for more; 0 when it is due. */
  private long nanosToWait() {
    if (closed || images >= maxBatch) {
      return 0;
    }
    if (waiting.isEmpty()) {
      return Long.MAX_VALUE;
    }
    long waited = nanoTime.getAsLong() - waiting.iterator().next().acceptedNanos();
    return Math.max(0, maxWaitNanos - waited);
  }

  private List<BatchedCall> poll() {
    List<BatchedCall> calls = new ArrayList<>();
    int room = maxBatch;
    Iterator<BatchedCall> all = waiting.iterator();
    while (all.hasNext()) {
      BatchedCall call = all.next();
      if (call.count() > room) {
        break; // nobody overtakes, so a large call is never starved by small ones
      }
      all.remove();
      room -= call.count();
      images -= call.count();
      calls.add(call);
    }
    if (images > 0) {
      changed.signal();
    }
    return calls;
  }
}
