package org.betavae.infer;

import java.nio.file.Path;
import java.util.Objects;

/**
 * A model file that cannot be read, is damaged, or does not fit its purpose. The message is one
 * line: the path, what is wrong, what was expected, what to do.
 */
public final class ModelException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String path;

  /**
   * @param path the file or folder concerned
   * @param problem what is wrong with it, what was expected, what to do
   */
  public ModelException(Path path, String problem) {
    this(path, problem, null);
  }

  /**
   * @param path the file or folder concerned
   * @param problem what is wrong with it, what was expected, what to do
   * @param cause what the reader below said, or null
   */
  public ModelException(Path path, String problem, Throwable cause) {
    super("Model " + path + ": " + Objects.requireNonNull(problem, "problem"), cause);
    this.path = Objects.requireNonNull(path, "path").toString();
  }

  /** The file or folder concerned. */
  public Path path() {
    return Path.of(path);
  }
}
