package org.betavae.train;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.betavae.data.Batch;
import org.betavae.data.Dataset;
import org.betavae.data.SequentialBatches;

/**
 * All items of a data set in batches, worked on by several callers at once. What comes of them is
 * taken in the order of the batches on the calling thread, so that sums are the same to the bit
 * whatever the number of callers.
 */
final class EvaluationBatches {
  private final Dataset data;
  private final int batchSize;
  private final int callers;

  /**
   * Reads nothing yet.
   *
   * @param batchSize items in a batch; the last has the rest
   * @param callers how many batches are worked on at once, at least 1
   */
  EvaluationBatches(Dataset data, int batchSize, int callers) {
    this.data = data;
    this.batchSize = batchSize;
    this.callers = callers;
  }

  /** One batch; the arrays are its own. */
  static final class Part {
    private final float[] values;
    private final int[] indices;
    private final long number;

    private Part(float[] values, int[] indices, long number) {
      this.values = values;
      this.indices = indices;
      this.number = number;
    }

    /** The items, row-major. */
    float[] values() {
      return values;
    }

    /** Which items, {@code [count]}. */
    int[] indices() {
      return indices;
    }

    /** Number of items. */
    int count() {
      return indices.length;
    }

    /** Number of the batch, from 0. */
    long number() {
      return number;
    }
  }

  /**
   * Works on every batch.
   *
   * @param work done by several threads at once
   * @param take told of each batch and what came of it, in order
   * @param stop asked before each batch; true leaves out what was not begun
   * @return whether nothing was left out
   */
  <T> boolean each(Function<Part, T> work, BiConsumer<Part, T> take, BooleanSupplier stop) {
    ExecutorService pool = Executors.newFixedThreadPool(callers, EvaluationBatches::daemon);
    Deque<Part> parts = new ArrayDeque<>();
    Deque<Future<T>> results = new ArrayDeque<>();
    boolean stopped = false;
    try (SequentialBatches batches = new SequentialBatches(data, batchSize, 1)) {
      long number = 0;
      while (batches.hasNext() && !stopped) {
        Part part = copy(batches.next(), number++);
        parts.add(part);
        results.add(pool.submit(() -> work.apply(part)));
        if (results.size() > callers) {
          take.accept(parts.remove(), result(results.remove()));
        }
        stopped = stop.getAsBoolean() && batches.hasNext();
      }
      while (!results.isEmpty()) {
        take.accept(parts.remove(), result(results.remove()));
      }
      return !stopped;
    } finally {
      end(pool);
    }
  }

  private Part copy(Batch batch, long number) {
    int count = batch.size();
    return new Part(
        Arrays.copyOf(batch.values(), count * data.shape().size()),
        Arrays.copyOf(batch.indices(), count),
        number);
  }

  private static <T> T result(Future<T> future) {
    try {
      return future.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TrainException("Evaluation was interrupted. Go on with --resume.");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  /** Waits for what has begun: it uses tensors and a session that are closed afterwards. */
  private static void end(ExecutorService pool) {
    pool.shutdownNow();
    boolean interrupted = false;
    boolean ended = false;
    while (!ended) {
      try {
        ended = pool.awaitTermination(1, TimeUnit.MINUTES);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static Thread daemon(Runnable work) {
    Thread thread = new Thread(work, "evaluation");
    thread.setDaemon(true);
    return thread;
  }
}
