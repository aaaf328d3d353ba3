package org.betavae.infer;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * How a {@link BatchingEncoder} gathers calls. Start from {@link #defaults()} and change what
 * differs with {@code withX}.
 *
 * @param maxBatch images in one batch at most
 * @param maxWait how long a batch waits for more images at most, counted from its first call; zero
 *     takes what came while the batch before was computed, which costs a lone caller nothing
 * @param maxQueue images that wait at most, besides those that are being computed; further calls
 *     are refused
 * @param deadline how long a call may take from its acceptance to its answer if it says nothing
 *     itself; empty for any time
 * @param concurrentBatches batches that are computed at the same time
 */
public record BatchingOptions(
    int maxBatch,
    Duration maxWait,
    int maxQueue,
    Optional<Duration> deadline,
    int concurrentBatches) {

  private static final int DEFAULT_MAX_BATCH = 64;
  private static final int DEFAULT_MAX_QUEUE = 1024;
  private static final int MAX_CONCURRENT = 1024;
  private static final Duration LONGEST = Duration.ofDays(1);

  /**
   * Checks the values.
   *
   * @throws IllegalArgumentException if {@code maxBatch}, {@code maxQueue} or {@code
   *     concurrentBatches} is less than 1, the queue does not hold a batch, or a time is out of
   *     range
   */
  public BatchingOptions {
    atLeastOne("maxBatch", maxBatch, "Use " + DEFAULT_MAX_BATCH + " if in doubt.");
    Objects.requireNonNull(maxWait, "maxWait is null, expected a duration");
    if (maxWait.isNegative() || maxWait.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          "maxWait is "
              + maxWait
              + ", expected 0 to "
              + LONGEST
              + ". Use Duration.ZERO to wait for nothing.");
    }
    if (maxQueue < maxBatch) {
      throw new IllegalArgumentException(
          "maxQueue is "
              + maxQueue
              + ", expected at least maxBatch, which is "
              + maxBatch
              + ". Use some times that.");
    }
    Objects.requireNonNull(deadline, "deadline is null, expected Optional.empty() for none");
    deadline.ifPresent(BatchingOptions::checkDeadline);
    atLeastOne("concurrentBatches", concurrentBatches, "Use 1 if in doubt.");
    if (concurrentBatches > MAX_CONCURRENT) {
      throw new IllegalArgumentException(
          "concurrentBatches is "
              + concurrentBatches
              + ", expected at most "
              + MAX_CONCURRENT
              + ". One batch uses all the threads of the model already.");
    }
  }

  /** Batches of up to 64, no waiting for more, 1024 images in the queue, no deadline, one batch. */
  public static BatchingOptions defaults() {
    return new BatchingOptions(
        DEFAULT_MAX_BATCH, Duration.ZERO, DEFAULT_MAX_QUEUE, Optional.empty(), 1);
  }

  /** These options with another largest batch; the queue grows with it if it must. */
  public BatchingOptions withMaxBatch(int images) {
    return new BatchingOptions(
        images, maxWait, Math.max(maxQueue, images), deadline, concurrentBatches);
  }

  /** These options with another longest wait for more images. */
  public BatchingOptions withMaxWait(Duration wait) {
    return new BatchingOptions(maxBatch, wait, maxQueue, deadline, concurrentBatches);
  }

  /** These options with another length of the queue. */
  public BatchingOptions withMaxQueue(int images) {
    return new BatchingOptions(maxBatch, maxWait, images, deadline, concurrentBatches);
  }

  /** These options with a deadline for calls that name none. */
  public BatchingOptions withDeadline(Duration time) {
    return new BatchingOptions(maxBatch, maxWait, maxQueue, Optional.of(time), concurrentBatches);
  }

  /** These options with another number of batches that are computed at the same time. */
  public BatchingOptions withConcurrentBatches(int batches) {
    return new BatchingOptions(maxBatch, maxWait, maxQueue, deadline, batches);
  }

  static void checkDeadline(Duration deadline) {
    if (deadline.isNegative() || deadline.isZero() || deadline.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          "deadline is "
              + deadline
              + ", expected more than 0 and up to "
              + LONGEST
              + ". Leave it out to wait for as long as it takes.");
    }
  }

  private static void atLeastOne(String what, int value, String advice) {
    if (value < 1) {
      throw new IllegalArgumentException(what + " is " + value + ", expected 1 or more. " + advice);
    }
  }
}
