package org.betavae.infer;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.IntFunction;

/**
 * Slots that are free for the next run, by capacity: powers of two, or the one batch size that the
 * file insists on. Bounded by the number of runs at the same time, which {@link Workers} bounds.
 * Safe for threads.
 */
final class SlotPool implements AutoCloseable {
  private final IntFunction<Slot> factory;
  private final int fixedBatch;
  private final List<Deque<Slot>> free = new ArrayList<>();

  /**
   * @param factory makes a slot of a capacity
   * @param fixedBatch the only batch size that the file takes, or 0
   */
  SlotPool(int fixedBatch, IntFunction<Slot> factory) {
    this.factory = factory;
    this.fixedBatch = fixedBatch;
    for (int i = 0; i < Integer.SIZE; i++) {
      free.add(new ArrayDeque<>());
    }
  }

  /** A slot for a batch of 1 and more; to be given back. */
  Slot take(int batch) {
    int capacity = fixedBatch > 0 ? fixedBatch : Integer.highestOneBit(2 * batch - 1);
    synchronized (free) {
      Slot slot = shelf(capacity).poll();
      if (slot != null) {
        return slot;
      }
    }
    return factory.apply(capacity);
  }

  void give(Slot slot) {
    synchronized (free) {
      shelf(slot.capacity()).push(slot);
    }
  }

  @Override
  public void close() {
    synchronized (free) {
      for (Deque<Slot> shelf : free) {
        shelf.forEach(Slot::close);
        shelf.clear();
      }
    }
  }

  private Deque<Slot> shelf(int capacity) {
    return free.get(Integer.numberOfTrailingZeros(Integer.highestOneBit(capacity)));
  }
}
