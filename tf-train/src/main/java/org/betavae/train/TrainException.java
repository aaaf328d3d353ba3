package org.betavae.train;

/** Training failed while it ran, or a run folder is unusable; the message says what to do. */
public final class TrainException extends RuntimeException {
  private static final long serialVersionUID = 2L;
  private final boolean unusableInput;

  /** A failure with its one-line message. */
  public TrainException(String message) {
    this(message, null);
  }

  /** A failure with its one-line message and cause. */
  public TrainException(String message, Throwable cause) {
    this(message, cause, false);
  }

  private TrainException(String message, Throwable cause, boolean unusableInput) {
    super(message, cause);
    this.unusableInput = unusableInput;
  }

  /** What was given (data, a run, a device) cannot be trained with, and nothing was tried. */
  static TrainException unusable(String message) {
    return new TrainException(message, null, true);
  }

  /** Whether what was given is the reason, and not what came of it. */
  public boolean isUnusableInput() {
    return unusableInput;
  }
}
