package org.betavae.infer;

/**
 * Hears what a {@link BatchingEncoder} does, for metrics. Methods are called by its threads and by
 * callers' threads, several at once, and should return at once; what they throw is ignored, but for
 * a warning at the first time.
 */
public interface BatchingListener {
  /** Hears nothing. */
  BatchingListener NONE = new BatchingListener() {};

  /**
   * A call was accepted.
   *
   * @param queued images that wait now, its own included
   */
  default void onAccepted(int queued) {}

  /**
   * A call was refused since the queue is full.
   *
   * @param queued images that wait
   */
  default void onRejected(int queued) {}

  /**
   * A call left the queue for a batch.
   *
   * @param waitNanos how long it had waited
   */
  default void onStarted(long waitNanos) {}

  /** A call was cancelled by its caller before its answer. */
  default void onCancelled() {}

  /** A call's deadline passed before its answer. */
  default void onExpired() {}

  /** A batch was computed, or failed. */
  default void onBatch(Batch batch) {}

  /**
   * What was computed together.
   *
   * @param calls calls that were put together
   * @param images images of these calls
   * @param queued images that still waited when the batch had been gathered
   * @param computeNanos how long the model took
   * @param failed whether the model threw
   */
  record Batch(int calls, int images, int queued, long computeNanos, boolean failed) {}
}
