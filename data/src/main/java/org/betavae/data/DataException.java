package org.betavae.data;

/**
 * A source that cannot be used. The message is one line: the path, the place in the file, the value
 * found, what was expected and what to do.
 */
public final class DataException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** An error found in the data themselves. */
  public DataException(String message) {
    super(message);
  }

  /** An error reported by a reader below. */
  public DataException(String message, Throwable cause) {
    super(message, cause);
  }
}
