package org.betavae.infer;

import java.util.concurrent.CompletableFuture;

/** One accepted call: what it wants and where its answer goes. */
final class BatchedCall {
  private final float[] images;
  private final int count;
  private final long acceptedNanos;
  private final CompletableFuture<Embeddings> answer = new CompletableFuture<>();

  /**
   * @param acceptedNanos {@link System#nanoTime} of its acceptance
   */
  BatchedCall(float[] images, int count, long acceptedNanos) {
    this.images = images;
    this.count = count;
    this.acceptedNanos = acceptedNanos;
  }

  float[] images() {
    return images;
  }

  /** Number of images. */
  int count() {
    return count;
  }

  /** {@link System#nanoTime} of its acceptance. */
  long acceptedNanos() {
    return acceptedNanos;
  }

  CompletableFuture<Embeddings> answer() {
    return answer;
  }
}
