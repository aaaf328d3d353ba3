package org.betavae.infer;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** A batch cut into chunks, which the calling thread and helpers work off together. */
final class Bulk {
  private final int count;
  private final int chunkSize;
  private final int chunks;
  private final Workers workers;
  private final Step step;
  private final AtomicInteger next = new AtomicInteger();
  private final CountDownLatch done;

  private final Object failureLock = new Object();
  private volatile int failedChunk = Integer.MAX_VALUE;
  private Throwable failure;

  /** The work on one chunk. */
  interface Step {
    void run(int firstItem, int count);
  }

  Bulk(int count, int chunkSize, Workers workers, Step step) {
    this.count = count;
    this.chunkSize = chunkSize;
    this.chunks = (count - 1) / chunkSize + 1;
    this.workers = workers;
    this.step = step;
    this.done = new CountDownLatch(chunks);
  }

  /**
   * Returns when no thread works on a chunk any more. Chunks behind a failed one are left out; of
   * several failures the one of the first chunk is thrown, whichever thread was faster.
   */
  void run() {
    try {
      workers.help(this::work, chunks - 1);
    } finally {
      // Also if a thread cannot be started: those that run must not outlive the call.
      work();
      awaitHelpers();
    }
    if (failure instanceof RuntimeException e) {
      throw e;
    }
    if (failure instanceof Error e) {
      throw e;
    }
  }

  private void work() {
    for (int chunk = next.getAndIncrement(); chunk < chunks; chunk = next.getAndIncrement()) {
      if (chunk < failedChunk) {
        workers.takeOneInTurn();
        try {
          int first = chunk * chunkSize;
          step.run(first, Math.min(chunkSize, count - first));
        } catch (RuntimeException | Error e) {
          fail(chunk, e);
        } finally {
          workers.giveOne();
        }
      }
      done.countDown();
    }
  }

  private void fail(int chunk, Throwable e) {
    synchronized (failureLock) {
      if (chunk < failedChunk) {
        failedChunk = chunk;
        failure = e;
      }
    }
  }

  /** The helpers write into this call's arrays, so an interrupt must not end the wait. */
  private void awaitHelpers() {
    Workers.spinUntil(() -> done.getCount() == 0);
    boolean interrupted = false;
    while (true) {
      try {
        done.await();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
