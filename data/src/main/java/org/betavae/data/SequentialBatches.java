package org.betavae.data;

import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * Every item of a data set once, in order, in batches of at most a given size; the last is smaller
 * where the size does not divide.
 *
 * <p>One thread at a time may iterate. {@link #close} may be called twice; the data set stays open.
 */
public final class SequentialBatches implements Iterator<Batch>, AutoCloseable {
  private final Dataset data;
  private final int batchSize;
  private final int itemSize;
  private final Prefetcher prefetcher;
  private long taken;

  /**
   * Starts reading.
   *
   * @param batchSize largest number of items in a batch
   * @param prefetch batches kept ready by a background thread; 0 reads on the caller's thread
   * @throws IllegalArgumentException if a number is out of its range
   */
  public SequentialBatches(Dataset data, int batchSize, int prefetch) {
    this.data = data;
    this.batchSize = Math.min(batchSize, data.size());
    itemSize = data.shape().size();
    prefetcher = new Prefetcher(this::fill, itemSize, this.batchSize, 0, prefetch, data.name());
  }

  private Batch fill(long step, Batch free) {
    long first = step * batchSize;
    int count = (int) Math.min(batchSize, data.size() - first);
    if (count <= 0) {
      return null;
    }
    for (int i = 0; i < count; i++) {
      free.indices()[i] = (int) (first + i);
      data.read(free.indices()[i], free.values(), i * itemSize);
    }
    if (count == batchSize) {
      return free;
    }
    Batch last =
        new Batch(
            Arrays.copyOf(free.values(), count * itemSize), Arrays.copyOf(free.indices(), count));
    last.setStep(step);
    return last;
  }

  @Override
  public boolean hasNext() {
    return taken < data.size();
  }

  /**
   * The next batch; valid until the following call.
   *
   * @throws NoSuchElementException at the end
   * @throws IllegalStateException if this is closed
   */
  @Override
  public Batch next() {
    if (!hasNext()) {
      throw new NoSuchElementException(
          "all %d items of '%s' are read, expected more. Ask hasNext() first."
              .formatted(data.size(), data.name()));
    }
    Batch batch = prefetcher.next();
    taken += batch.size();
    return batch;
  }

  @Override
  public void close() {
    prefetcher.close();
  }
}
