package org.betavae.data;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * Fills batches ahead of their use, on a daemon thread, into a fixed ring of reused batches.
 *
 * <p>One thread at a time may call {@link #next}. {@link #close} may come from any thread and be
 * called twice; it waits for a read in flight, so that the data set may be closed after it, and
 * makes a waiting {@link #next} fail.
 */
final class Prefetcher implements AutoCloseable {
  /** Puts the items of a step into a batch. */
  interface Filler {
    /** Returns the batch to hand out, commonly {@code free} itself, or null at the end. */
    Batch fill(long step, Batch free);
  }

  /** One place of the ring. */
  private static final class Slot {
    final Batch free;
    Batch filled;
    Throwable failure;

    Slot(Batch free) {
      this.free = free;
    }
  }

  private final Filler filler;
  private final BlockingQueue<Slot> empty;
  private final BlockingQueue<Slot> ready;
  private final Thread thread;
  private long step;
  private Slot lent;
  private volatile boolean closed;

  /**
   * @param ahead batches to keep ready; 0 fills each batch only when it is asked for
   */
  Prefetcher(Filler filler, int itemSize, int batchSize, long firstStep, int ahead, String name) {
    checkArguments(itemSize, batchSize, firstStep, ahead);
    this.filler = filler;
    this.step = firstStep;
    // One more than ahead: a batch that is lent out must not hold up the ones that follow.
    empty = new ArrayBlockingQueue<>(ahead + 1);
    ready = new ArrayBlockingQueue<>(ahead + 1);
    for (int i = 0; i <= ahead; i++) {
      empty.add(new Slot(new Batch(new float[batchSize * itemSize], new int[batchSize])));
    }
    thread = ahead == 0 ? null : new Thread(this::fillAhead, "batches of " + name);
    if (thread != null) {
      thread.setDaemon(true);
      thread.start();
    }
  }

  private static void checkArguments(int itemSize, int batchSize, long firstStep, int ahead) {
    if (batchSize < 1) {
      throw new IllegalArgumentException(
          "batch size is %d, expected at least 1. Use 64 if unsure.".formatted(batchSize));
    }
    if ((long) batchSize * itemSize > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          "batch size is %d for items of %d values, expected at most %d items. Lower the batch size."
              .formatted(batchSize, itemSize, (Integer.MAX_VALUE - 8) / itemSize));
    }
    if (firstStep < 0) {
      throw new IllegalArgumentException(
          "first step is %d, expected at least 0. Use 0 to start.".formatted(firstStep));
    }
    if (ahead < 0) {
      throw new IllegalArgumentException(
          "prefetch is %d, expected at least 0. Use 0 to read without a background thread."
              .formatted(ahead));
    }
  }

  private void fillAhead() {
    try {
      boolean more = true;
      while (more && !closed) {
        Slot slot = empty.take();
        fill(slot);
        more = slot.filled != null;
        ready.put(slot);
      }
    } catch (InterruptedException e) {
      // close() interrupts, and nothing is left to do; the flag stays set for whatever runs last.
      Thread.currentThread().interrupt();
    }
  }

  private void fill(Slot slot) {
    slot.filled = null;
    try {
      slot.free.setStep(step);
      slot.filled = filler.fill(step, slot.free);
      step++;
    } catch (RuntimeException | Error e) {
      slot.failure = e;
    }
  }

  /**
   * The next batch, or null at the end; it is valid until the following call. What went wrong on
   * the background thread is thrown here, and again at every later call.
   */
  Batch next() {
    checkOpen();
    boolean finished = lent != null && lent.filled == null;
    if (!finished) {
      advance();
    }
    if (lent.failure instanceof Error error) {
      throw error;
    } else if (lent.failure != null) {
      throw (RuntimeException) lent.failure;
    }
    return lent.filled;
  }

  private void advance() {
    try {
      if (lent != null) {
        empty.put(lent);
      }
      lent = null;
      if (thread == null) {
        Slot slot = empty.take();
        fill(slot);
        lent = slot;
      } else {
        Slot slot = ready.take();
        checkOpen();
        lent = slot;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(
          "interrupted while waiting for a batch, expected to wait undisturbed. Stop reading batches.",
          e);
    }
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException(
          "batches are closed, expected them open. Take batches before closing.");
    }
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    if (thread != null) {
      thread.interrupt();
      boolean interrupted = false;
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      // Wakes a call of next() that still waits.
      ready.clear();
      ready.add(new Slot(null));
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
