package org.betavae.train;

/** Training failed while it ran, or a run folder is unusable; the message says what to do. */
public final class TrainException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** A failure with its one-line message. */
  public TrainException(String message) {
    super(message);
  }

  /** A failure with its one-line message and cause. */
  public TrainException(String message, Throwable cause) {
    super(message, cause);
  }
}
