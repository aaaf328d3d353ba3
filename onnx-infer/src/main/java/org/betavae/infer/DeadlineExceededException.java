package org.betavae.infer;

import java.time.Duration;

/** A call that was not answered within its time. */
public final class DeadlineExceededException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Duration deadline;

  DeadlineExceededException(Duration deadline) {
    super(
        "The call was not answered within "
            + deadline.toNanos() / 1e6
            + " ms, its deadline. Try again later, allow more time, or send fewer calls at once.");
    this.deadline = deadline;
  }

  /** The time that the call had. */
  public Duration deadline() {
    return deadline;
  }
}
