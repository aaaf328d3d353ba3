package org.betavae.infer;

import java.util.concurrent.RejectedExecutionException;

/**
 * A call that was refused since as many wait as are allowed to: the caller should come again later,
 * or tell its own caller to.
 */
public final class QueueFullException extends RejectedExecutionException {
  private static final long serialVersionUID = 1L;

  private final int queued;
  private final int maxQueue;

  QueueFullException(int images, int queued, int maxQueue) {
    super(
        "The queue is full: "
            + queued
            + " images wait and "
            + images
            + " came, expected at most "
            + maxQueue
            + " together. Try again later, or allow more with withMaxQueue.");
    this.queued = queued;
    this.maxQueue = maxQueue;
  }

  /** Images that waited. */
  public int queued() {
    return queued;
  }

  /** Images that may wait. */
  public int maxQueue() {
    return maxQueue;
  }
}
