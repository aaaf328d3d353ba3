package org.betavae.infer;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Optional;

/**
 * One ONNX file with one input and the outputs that are wanted of it, run on batches of any size:
 * small ones in one piece, as fast as they can be; larger ones in chunks that fit into the
 * processor's caches, several at once, each on a thread of its own. Safe for threads, but for
 * {@link #close()}.
 */
final class Network implements AutoCloseable {
  /**
   * The largest batch that is run in one piece on all threads. With more, waking a second thread
   * costs less than is lost by sharing the work out within each operator.
   */
  private static final int SMALL_BATCH = 4;

  /**
   * Input or output bytes of one chunk. A convolutional network's activations are some ten times as
   * many, which together fit into a second-level cache of 1 MB; 8 images of 64x64 were the best of
   * 4 to 64, by up to 15%.
   */
  private static final int CHUNK_BYTES = 128 * 1024;

  private static final int MAX_CHUNK = 1024;

  private final OnnxFile file;
  private final Workers workers;
  private final int fixedBatch;
  private final int maxChunk;
  private final SlotPool pool;
  private final Optional<Sigmoid> sigmoid;

  /**
   * @param file stays open until the network is closed, and longer
   * @param outputs with their true sizes, as probed
   * @param applySigmoid whether to apply 1/(1 + exp(−x)) to the first output
   */
  Network(
      OnnxFile file,
      TensorSpec input,
      List<TensorSpec> outputs,
      boolean applySigmoid,
      Workers workers) {
    this.file = file;
    this.workers = workers;
    this.fixedBatch = input.fixedBatch();
    int itemValues = input.itemSize();
    for (TensorSpec output : outputs) {
      itemValues = Math.max(itemValues, output.itemSize());
    }
    int fitting = Math.max(1, CHUNK_BYTES / Float.BYTES / itemValues);
    this.maxChunk =
        fixedBatch > 0 ? fixedBatch : Math.min(MAX_CHUNK, Integer.highestOneBit(fitting));
    this.sigmoid = applySigmoid ? Optional.of(new Sigmoid()) : Optional.empty();
    this.pool = new SlotPool(fixedBatch, capacity -> new Slot(capacity, input, outputs, sigmoid));
  }

  /** Where a run's items come from and where its results go; called by several threads at once. */
  interface Io {
    /** Items checked and where they lie, if they can be run from there; null if not. */
    default FloatBuffer inPlace(int firstItem, int count) {
      return null;
    }

    /**
     * Writes items to the buffer's start.
     *
     * @throws IllegalArgumentException if one of them is not fit to be run
     */
    void fill(int firstItem, int count, FloatBuffer input);

    /** Takes the results of items over. */
    void drain(int firstItem, int count, Slot slot);
  }

  /** Runs {@code count} items, one and more. If several fail, the first one's failure is thrown. */
  void run(int count, Io io) {
    if (count <= (fixedBatch > 0 ? fixedBatch : SMALL_BATCH)) {
      runSmall(count, io);
      return;
    }
    int chunks = (count - 1) / maxChunk + 1;
    if (fixedBatch == 0) {
      // As many chunks for each thread, of about the same size.
      int rounds = (chunks - 1) / workers.threads() + 1;
      chunks = (int) Math.min(count, (long) rounds * workers.threads());
    }
    int chunkSize = fixedBatch > 0 ? fixedBatch : (count - 1) / chunks + 1;
    Bulk bulk =
        new Bulk(
            count, chunkSize, workers, (first, size) -> runChunk(file.single(), first, size, io));
    bulk.run();
  }

  private void runSmall(int count, Io io) {
    if (file.parallel().isPresent() && workers.tryTakeAll()) {
      try {
        runChunk(file.parallel().get(), 0, count, io);
      } finally {
        workers.giveAll();
      }
    } else {
      workers.takeOneSoon();
      try {
        runChunk(file.single(), 0, count, io);
      } finally {
        workers.giveOne();
      }
    }
  }

  private void runChunk(OrtSession session, int first, int count, Io io) {
    Slot slot = pool.take(count);
    try {
      FloatBuffer inPlace = fixedBatch > 0 ? null : io.inPlace(first, count);
      if (inPlace != null) {
        slot.run(session, count, inPlace);
      } else {
        io.fill(first, count, slot.input());
        slot.run(session, fixedBatch > 0 ? fixedBatch : count);
      }
      io.drain(first, count, slot);
    } catch (OrtException e) {
      throw file.failed(count, e);
    } finally {
      pool.give(slot);
    }
  }

  @Override
  public void close() {
    pool.close();
    sigmoid.ifPresent(Sigmoid::close);
  }
}
