package org.betavae.data;

/**
 * Endless batches of a data set, shuffled anew in each epoch and read ahead on a daemon thread.
 *
 * <p>The order depends only on the seed and the position {@code step * batchSize}; batches run on
 * over the borders of epochs. A loader that starts at step k therefore gives exactly the batches
 * that one started at 0 gives from there on.
 *
 * <p>One thread at a time may call {@link #next}. {@link #close} may be called twice and from
 * another thread: it waits for a read in flight and makes a waiting {@link #next} fail. The data
 * set stays open.
 */
public final class BatchLoader implements AutoCloseable {
  private final Dataset data;
  private final int batchSize;
  private final long seed;
  private final int itemSize;
  private final int[] order;
  private long orderedEpoch = -1;
  private final Prefetcher prefetcher;

  /**
   * Starts reading.
   *
   * @param batchSize items in each batch; may exceed the size of the data set
   * @param firstStep number of the first batch, from 0
   * @param prefetch batches kept ready; 0 reads on the caller's thread
   * @throws IllegalArgumentException if a number is out of its range
   */
  public BatchLoader(Dataset data, int batchSize, long seed, long firstStep, int prefetch) {
    this.data = data;
    this.batchSize = batchSize;
    this.seed = seed;
    itemSize = data.shape().size();
    order = new int[data.size()];
    prefetcher = new Prefetcher(this::fill, itemSize, batchSize, firstStep, prefetch, data.name());
  }

  /**
   * The next batch; valid until the following call.
   *
   * @throws IllegalStateException if this is closed
   */
  public Batch next() {
    return prefetcher.next();
  }

  private Batch fill(long step, Batch batch) {
    long position = Math.multiplyExact(step, (long) batchSize);
    int[] indices = batch.indices();
    float[] values = batch.values();
    for (int i = 0; i < batchSize; i++, position++) {
      arrange(position / order.length);
      indices[i] = order[(int) (position % order.length)];
      data.read(indices[i], values, i * itemSize);
    }
    return batch;
  }

  private void arrange(long epoch) {
    if (epoch != orderedEpoch) {
      SeededRandom.of(seed, epoch).permutation(order);
      orderedEpoch = epoch;
    }
  }

  @Override
  public void close() {
    prefetcher.close();
  }
}
