package org.betavae.export;

/**
 * Says that a model file cannot be read or that a graph cannot be converted.
 *
 * <p>The message is one line: what failed, in which file and at which place, what was expected, and
 * what to do.
 */
public final class ConversionException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Makes an exception with a message for the user. */
  public ConversionException(String message) {
    super(message);
  }

  /** Makes an exception with a message for the user and the failure behind it. */
  public ConversionException(String message, Throwable cause) {
    super(message, cause);
  }
}
